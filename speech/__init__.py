"""Sound in and out of a call. Knows nothing of banks or dialogues, and of the carrier only its media socket.

The files in the order in which sound passes them. In one call, `session` holds the parts together:

- in: `media_streams` reads the carrier's messages; `echo` (with `far_end` and `echo_path`) takes the bot's own sound
  out of the caller's; `recognition` cuts what is left into windows for `vad`, the voice detector, follows the turn with
  `endpointing` and sends its sound to `stt`
- what was said: `stt` waits for its place in `inference_queue`, then `decoding` chooses windows and readings of
  `whisper`, `digit_reader`, `digit_words` and `digit_strings`; `end_of_turn` tells whether it sounds finished
- over the bot: `interruption` decides by `interruption_detector` when the bot stops, `backchannel` when it goes on
- keys: `dtmf` gathers them into digits
- `events`: what the session tells its owner, and what its owner asks of it
- out: `synthesis` gets each sentence's sound from `tts`, which keeps what its `voices` have spoken; `playout` paces and
  marks it; `outgoing` sends it; `filler` breaks a long silence; `stalls` notices when no sound comes any more

`monitor` is a session that only listens, on both tracks of a call that an agent holds. All of them use `audio` and
`model_files`.
"""

import os

# The mel product is tiny: OpenBLAS would spin on every core for it. It reads this once, when numpy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
