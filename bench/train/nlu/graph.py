"""The sentence encoder as an ONNX graph: BERT with mean pooling and unit length, written node by node."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

HEADS = 12
EPSILON = 1e-12


class Graph:
    """Nodes and weights of a graph under construction."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.weights: dict[str, np.ndarray[Any, Any]] = {}

    def weight(self, name: str, value: np.ndarray[Any, Any]) -> str:
        self.weights[name] = value
        return name

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Append a node; answers the name of its output."""
        out = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [out], name=out, **attributes))
        return out

    def ints(self, *values: int) -> str:
        return self.weight("ints_" + "_".join(map(str, values)), np.array(values, np.int64))


def encoder_graph(weights: Mapping[str, np.ndarray[Any, Any]]) -> Any:
    """An ONNX model: `input_ids`, `attention_mask` (batch, tokens) int64 -> `vector` (batch, width) float32."""
    graph = Graph()
    layers = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))
    hidden = _embed(graph, weights)
    mask = graph.op("Cast", "attention_mask", to=TensorProto.FLOAT)
    bias = _attention_bias(graph, mask)
    for layer in range(layers):
        hidden = _layer(graph, weights, f"encoder.layer.{layer}", hidden, bias)
    graph.nodes.append(helper.make_node("Identity", [_pool(graph, hidden, mask)], ["vector"], name="vector"))
    return _model(graph)


def _model(graph: Graph) -> Any:
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    outputs = [helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["batch", "width"])]
    constants = [numpy_helper.from_array(value, name) for name, value in graph.weights.items()]
    body = helper.make_graph(graph.nodes, "encoder", inputs, outputs, constants)
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def _embed(graph: Graph, weights: Mapping[str, np.ndarray[Any, Any]]) -> str:
    words = graph.weight("words", weights["embeddings.word_embeddings.weight"])
    kind = weights["embeddings.token_type_embeddings.weight"][0]
    positions = graph.weight("positions", weights["embeddings.position_embeddings.weight"] + kind)
    length = graph.op("Shape", "input_ids", start=1, end=2)
    there = graph.op("Slice", positions, graph.ints(0), length, graph.ints(0))
    total = graph.op("Add", graph.op("Gather", words, "input_ids"), there)
    return _norm(graph, weights, "embeddings.LayerNorm", total)


def _attention_bias(graph: Graph, mask: str) -> str:
    """Zero where there is a token, hugely negative where there is padding."""
    one = graph.weight("one", np.array(1.0, np.float32))
    away = graph.weight("away", np.array(-1e4, np.float32))
    padded = graph.op("Mul", graph.op("Sub", one, mask), away)
    return graph.op("Unsqueeze", padded, graph.ints(1, 2))


def _layer(graph: Graph, weights: Mapping[str, np.ndarray[Any, Any]], name: str, hidden: str, bias: str) -> str:
    context = _attention(graph, weights, name, hidden, bias)
    attended = _linear(graph, weights, f"{name}.attention.output.dense", context)
    hidden = _norm(graph, weights, f"{name}.attention.output.LayerNorm", graph.op("Add", attended, hidden))
    wide = graph.op("Gelu", _linear(graph, weights, f"{name}.intermediate.dense", hidden))
    narrow = _linear(graph, weights, f"{name}.output.dense", wide)
    return _norm(graph, weights, f"{name}.output.LayerNorm", graph.op("Add", narrow, hidden))


def _attention(graph: Graph, weights: Mapping[str, np.ndarray[Any, Any]], name: str, hidden: str, bias: str) -> str:
    width = weights["embeddings.word_embeddings.weight"].shape[1]
    split = graph.ints(0, 0, HEADS, width // HEADS)

    def project(part: str, order: list[int]) -> str:
        flat = _linear(graph, weights, f"{name}.attention.self.{part}", hidden)
        return graph.op("Transpose", graph.op("Reshape", flat, split), perm=order)

    scale = graph.weight("scale", np.array((width // HEADS) ** -0.5, np.float32))
    scores = graph.op("MatMul", project("query", [0, 2, 1, 3]), project("key", [0, 2, 3, 1]))
    shares = graph.op("Softmax", graph.op("Add", graph.op("Mul", scores, scale), bias), axis=-1)
    mixed = graph.op("MatMul", shares, project("value", [0, 2, 1, 3]))
    return graph.op("Reshape", graph.op("Transpose", mixed, perm=[0, 2, 1, 3]), graph.ints(0, 0, width))


def _linear(graph: Graph, weights: Mapping[str, np.ndarray[Any, Any]], name: str, hidden: str) -> str:
    matrix = graph.weight(f"{name}.weight", np.ascontiguousarray(weights[f"{name}.weight"].T))
    return graph.op("Add", graph.op("MatMul", hidden, matrix), graph.weight(f"{name}.bias", weights[f"{name}.bias"]))


def _norm(graph: Graph, weights: Mapping[str, np.ndarray[Any, Any]], name: str, hidden: str) -> str:
    gain = graph.weight(f"{name}.weight", weights[f"{name}.weight"])
    shift = graph.weight(f"{name}.bias", weights[f"{name}.bias"])
    return graph.op("LayerNormalization", hidden, gain, shift, axis=-1, epsilon=EPSILON)


def _pool(graph: Graph, hidden: str, mask: str) -> str:
    """The mean over real tokens, scaled to unit length."""
    shown = graph.op("Mul", hidden, graph.op("Unsqueeze", mask, graph.ints(2)))
    total = graph.op("ReduceSum", shown, graph.ints(1), keepdims=0)
    return graph.op("LpNormalization", total, axis=-1, p=2)
