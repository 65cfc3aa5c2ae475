"""A gated recurrent layer: input 256, 256 units, 50 steps, batch 32, a linear read-out 256 → 256 of every output; mean squared error; Adam.

Variants "gru" and "lstm": torch.nn.GRU and torch.nn.LSTM, with their own two biases a gate.
"""

from dataclasses import dataclass

import torch
from drive import adam, batches, drive, variant
from torch import nn
from torch.nn import functional as F


@dataclass
class Sizes:
    cell: str = "gru"
    steps: int = 50
    batch: int = 32
    inputs: int = 256
    hidden: int = 256
    outputs: int = 256


class Model(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.layer = {"gru": nn.GRU, "lstm": nn.LSTM}[s.cell](s.inputs, s.hidden)
        self.read_out = nn.Linear(s.hidden, s.outputs)

    def forward(self, x, target):
        outputs, _ = self.layer(x)  # (time, batch, hidden)
        return F.mse_loss(self.read_out(outputs), target)


def make_step(s=Sizes()):
    model = Model(s)
    draw = batches([torch.randn(s.steps, 200, s.inputs), torch.randn(s.steps, 200, s.outputs)], s.batch, dim=1)
    optimizer = adam(model.parameters(), 1e-3)

    def step():
        optimizer.zero_grad()
        loss = model(*draw())
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


if __name__ == "__main__":
    drive(lambda: make_step(Sizes(cell=variant("gru"))), "fused")
