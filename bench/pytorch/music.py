"""A recurrent ladder block along pitch: piano rolls of 88 notes, 50 steps, batch 16; Adam 0.01.

Every step t: a convolutional LSTM along pitch, 32 channels, k = 3, of [x(t), d(t−1)] and its own h; e = LeakyReLU₀.₂(LN(conv k = 3 of h)), 32
channels; d = G(v = e, h), 32 channels; logits of the next step's notes by a convolution of width 1.
G is convG2: m₁, m₂ and s are each f(LN(A∗v) + LN(B∗h), w) with their own A, B, w (k = 3; the layer norms' offsets are c), where
f(u, w) = w₀σ(w₁u + w₂) + w₃u + w₄ a channel; d = s·m₁ + (1 − s)·m₂.
Loss: cross-entropy summed over notes, averaged over steps and batch. Layer norm has a gain and an offset a channel. Convolutions before a
norm have no bias; the LSTM's has one.

The three A (and B) are one convolution, their layer norms one group norm of three groups.
"""

from dataclasses import dataclass

import torch
from drive import adam, batches, drive
from torch import nn
from torch.nn import functional as F


@dataclass
class Sizes:
    batch: int = 16
    steps: int = 50
    notes: int = 88
    channels: int = 32


class Decoder(nn.Module):
    """convG2"""

    def __init__(self, channels):
        super().__init__()
        self.A = nn.Conv1d(channels, 3 * channels, 3, padding=1, bias=False)
        self.B = nn.Conv1d(channels, 3 * channels, 3, padding=1, bias=False)
        self.norm_v, self.norm_h = nn.GroupNorm(3, 3 * channels), nn.GroupNorm(3, 3 * channels)
        start = torch.tensor([1.0, 1.0, 0.0, 0.0, 0.0])
        self.w = nn.Parameter(start.view(5, 1, 1).repeat(1, 3 * channels, 1))

    def forward(self, v, h):
        u = self.norm_v(self.A(v)) + self.norm_h(self.B(h))
        w0, w1, w2, w3, w4 = self.w
        m1, m2, s = (w0 * torch.sigmoid(w1 * u + w2) + w3 * u + w4).chunk(3, 1)
        return m2 + s * (m1 - m2)


class Model(nn.Module):
    def __init__(self, s):
        super().__init__()
        C = s.channels
        self.channels = C
        self.gates = nn.Conv1d(1 + C + C, 4 * C, 3, padding=1)
        self.features = nn.Sequential(
            nn.Conv1d(C, C, 3, padding=1, bias=False), nn.GroupNorm(1, C), nn.LeakyReLU(0.2)
        )
        self.decoder = Decoder(C)
        self.read_out = nn.Conv1d(C, 1, 1)

    def forward(self, roll):
        """roll (time + 1, batch, 1, notes)"""
        T, B, _, N = roll.shape
        h = torch.zeros(B, self.channels, N)
        c, d = torch.zeros_like(h), torch.zeros_like(h)
        below = []
        for x in roll[:-1]:
            i, f, o, g = self.gates(torch.cat([x, d, h], 1)).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            d = self.decoder(self.features(h), h)
            below.append(d)
        logits = self.read_out(torch.cat(below)).view(T - 1, B, 1, N)
        return F.binary_cross_entropy_with_logits(logits, roll[1:], reduction="sum") / ((T - 1) * B)


def make_step(s=Sizes()):
    model = Model(s)
    draw = batches([torch.bernoulli(torch.full((s.steps + 1, 200, 1, s.notes), 0.05))], s.batch, dim=1)
    optimizer = adam(model.parameters(), 1e-2)

    def step():
        optimizer.zero_grad()
        loss = model(*draw())
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


if __name__ == "__main__":
    drive(make_step, "fused")
