"""Fits the upper half of the embedding model to what questions ask; `layers` hears with it. By torch, a quarter of an hour on two cores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from copilot.models.playbook.layers import FLOATS, HEADS, STEPS, Linear, Listener, layer_of

ROUNDS: Final = 4
BATCH: Final = 64
PACE: Final = 2e-4
"""Of the layers, which know much already."""
PACE_OF_THE_LAST: Final = 2e-3
"""Of the step to the labels, which knows nothing."""
DECAY: Final = 0.02
WARMING: Final = 200
UNSEEN: Final = 0.1
"""Share that is left out at random."""
_LIKE_LENGTH: Final = 40
"""Batches whose texts are sorted by their length together."""


def tune(halfway: Sequence[Any], y: FLOATS, weigh: FLOATS, before: Sequence[dict[str, FLOATS]]) -> Listener:
    """Fit by AdamW with a pace that falls to nothing; the same rows on the same machine give the same weights.

    Args:
        halfway: What the lower half says of each text, shape (tokens, width); half precision will do.
        y: Shape (texts, labels), each row adds up to one.
        weigh: How much each text counts.
        before: The layers as the model brings them, see `sentence_transformers_export.upper_layers`.
    """
    import torch
    from torch.nn import functional

    torch.manual_seed(7)
    chance = np.random.default_rng(7)
    width = halfway[0].shape[1]
    layers = [
        {
            f"{ours}.{part}": torch.nn.Parameter(torch.tensor(weights[f"{berts}.{part}"]))
            for ours, berts in STEPS.items()
            for part in ("weight", "bias")
        }
        for weights in before
    ]
    told = torch.nn.Linear(2 * width, y.shape[1])
    of_layers = [one for layer in layers for one in layer.values()]
    steps = ROUNDS * -(-len(halfway) // BATCH)
    learner = torch.optim.AdamW(
        [{"params": of_layers, "lr": PACE}, {"params": told.parameters(), "lr": PACE_OF_THE_LAST}],
        weight_decay=DECAY,
    )
    pace = torch.optim.lr_scheduler.LambdaLR(
        learner, lambda step: min(1.0, step / WARMING) * max(0.0, 1 - step / steps)
    )
    wanted, counts = torch.tensor(y), torch.tensor((weigh / weigh.mean()).astype(np.float32))

    def left_out(x: Any) -> Any:
        return functional.dropout(x, UNSEEN)

    def layer(x: Any, weights: dict[str, Any], mask: Any) -> Any:
        rows, tokens, _ = x.shape

        def step(name: str, x: Any) -> Any:
            return functional.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])

        def norm(name: str, x: Any) -> Any:
            return functional.layer_norm(
                x, (width,), weights[f"{name}.weight"], weights[f"{name}.bias"], 1e-12
            )

        query, key, value = (
            step(name, x).view(rows, tokens, HEADS, width // HEADS).transpose(1, 2)
            for name in ("query", "key", "value")
        )
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask, dropout_p=UNSEEN)
        seen = seen.transpose(1, 2).reshape(rows, tokens, width)
        x = norm("attended_norm", x + left_out(step("attended", seen)))
        wide = functional.gelu(step("wide", x), approximate="tanh")
        return norm("narrow_norm", x + left_out(step("narrow", wide)))

    for batch in _batches([len(x) for x in halfway], chance):
        longest = max(len(halfway[at]) for at in batch)
        x = torch.zeros(len(batch), longest, width)
        there = torch.zeros(len(batch), longest, dtype=torch.bool)
        for row, at in enumerate(batch):
            x[row, : len(halfway[at])] = torch.from_numpy(halfway[at].astype(np.float32))
            there[row, : len(halfway[at])] = True
        for weights in layers:
            x = layer(x, weights, there[:, None, None, :])
        mean = (x * there[..., None]).sum(dim=1) / there.sum(dim=1, keepdim=True)
        scored = functional.log_softmax(told(left_out(torch.cat([mean, x[:, 0]], dim=1))), dim=1)
        loss = (-(wanted[batch] * scored).sum(dim=1) * counts[batch]).mean()
        learner.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(of_layers, 1.0)
        learner.step()
        pace.step()

    def numbers(x: Any) -> FLOATS:
        made: FLOATS = x.detach().numpy().astype(np.float32)
        return made

    return Listener(
        layers=tuple(
            layer_of(
                {
                    f"{STEPS[name.split('.')[0]]}.{name.split('.')[1]}": numbers(x)
                    for name, x in weights.items()
                }
            )
            for weights in layers
        ),
        told=Linear(weight=np.ascontiguousarray(numbers(told.weight).T), bias=numbers(told.bias)),
    )


def _batches(lengths: Sequence[int], chance: np.random.Generator) -> Iterator[list[int]]:
    """Rows of nearly the same length, in an order of chance, all of them in each round."""
    for _ in range(ROUNDS):
        order = chance.permutation(len(lengths))
        batches: list[list[int]] = []
        for at in range(0, len(order), BATCH * _LIKE_LENGTH):
            some = sorted(order[at : at + BATCH * _LIKE_LENGTH].tolist(), key=lambda row: lengths[row])
            batches += [some[begin : begin + BATCH] for begin in range(0, len(some), BATCH)]
        yield from (batches[at] for at in chance.permutation(len(batches)))
