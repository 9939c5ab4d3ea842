"""The sentence encoder in torch, for training only; it computes what graph.py writes as ONNX."""

from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

HEADS = 12
SCALE = 12.0
"""Unit vectors are multiplied by this before the intent layer, so that its scores can grow apart."""

_NAMES = (
    ("embeddings.word_embeddings", "words"),
    ("embeddings.position_embeddings", "positions"),
    ("embeddings.token_type_embeddings", "kinds"),
    ("embeddings.LayerNorm", "norm"),
    ("encoder.layer", "layers"),
    ("attention.self.", ""),
    ("attention.output.dense", "mix"),
    ("attention.output.LayerNorm", "norm_mixed"),
    ("intermediate.dense", "wide"),
    ("output.dense", "narrow"),
    ("output.LayerNorm", "norm_out"),
)


class Layer(nn.Module):  # type: ignore[misc,unused-ignore]
    def __init__(self, width: int = 384, inner: int = 1536) -> None:
        super().__init__()
        self.query, self.key, self.value, self.mix = (nn.Linear(width, width) for _ in range(4))
        self.norm_mixed, self.norm_out = (nn.LayerNorm(width, eps=1e-12) for _ in range(2))
        self.wide, self.narrow = nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, hidden: Tensor, bias: Tensor, dropout: float) -> Tensor:
        batch, length, width = hidden.shape
        q, k, v = (
            part(hidden).view(batch, length, HEADS, width // HEADS).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=bias, dropout_p=dropout)
        mixed = self.mix(mixed.transpose(1, 2).reshape(batch, length, width))
        hidden = self.norm_mixed(hidden + functional.dropout(mixed, dropout))
        narrow = self.narrow(functional.gelu(self.wide(hidden)))
        out: Tensor = self.norm_out(hidden + functional.dropout(narrow, dropout))
        return out


class Encoder(nn.Module):  # type: ignore[misc,unused-ignore]
    """Token ids and mask, (texts, tokens), to unit vectors, (texts, 384)."""

    def __init__(self, layers: int = 6, width: int = 384) -> None:
        super().__init__()
        self.words, self.positions = nn.Embedding(30522, width), nn.Embedding(512, width)
        self.kinds, self.norm = nn.Embedding(2, width), nn.LayerNorm(width, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        dropout = 0.1 if self.training else 0.0
        hidden = self.words(ids) + self.positions.weight[: ids.shape[1]] + self.kinds.weight[0]
        hidden = functional.dropout(self.norm(hidden), dropout)
        bias = ((1 - mask) * -1e4)[:, None, None, :]
        for layer in self.layers:
            hidden = layer(hidden, bias, dropout)
        return functional.normalize((hidden * mask[:, :, None]).sum(1), dim=-1)


def pretrained(weights: Path) -> Encoder:
    """The published encoder, from its safetensors file; its embeddings stay as they are."""
    encoder = Encoder()
    state = {_ours(name): value for name, value in load_file(weights).items() if "pooler" not in name}
    state.pop("embeddings.position_ids", None)
    encoder.load_state_dict(state)
    for table in (encoder.words, encoder.positions, encoder.kinds):
        table.requires_grad_(False)
    return encoder


def published_names(encoder: Encoder) -> dict[str, Tensor]:
    """The weights under their published names, as `encoder_graph` wants them."""
    return {_published(name): value.detach() for name, value in encoder.state_dict().items()}


def _ours(name: str) -> str:
    for published, ours in _NAMES:
        name = name.replace(published, ours)
    return name


def _published(name: str) -> str:
    if not name.startswith("layers."):
        return _restore(name, _NAMES[:4])
    _, index, rest = name.split(".", 2)
    part = rest.split(".", maxsplit=1)[0]
    rest = f"attention.self.{rest}" if part in {"query", "key", "value"} else _restore(rest, _NAMES[6:])
    return f"encoder.layer.{index}.{rest}"


def _restore(name: str, names: tuple[tuple[str, str], ...]) -> str:
    part, _, rest = name.partition(".")
    return f"{next(published for published, ours in names if ours == part)}.{rest}"
