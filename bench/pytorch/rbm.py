"""Contrastive divergence for a restricted Boltzmann machine, 784 visible and 400 hidden Bernoulli units, batch 100.

Variants "cd1" and "cd25": so many Gibbs steps. Hidden units are sampled given the data, visible units are sampled in the chain, the last
hidden units are means. SGD with momentum 0.9, in place and without autograd. The loss is the squared error of the reconstruction.
"""

from dataclasses import dataclass

import torch
from drive import batches, drive, variant


@dataclass
class Sizes:
    batch: int = 100
    visible: int = 784
    hidden: int = 400
    turns: int = 1
    rate: float = 0.01
    momentum: float = 0.9


def trainer(s, W, b, c, sample=torch.bernoulli):
    """One update of weights, visible and hidden biases, in place."""
    dW, db, dc = torch.zeros_like(W), torch.zeros_like(b), torch.zeros_like(c)

    def hidden(v):
        return torch.addmm(c, v, W).sigmoid_()

    def visible(h):
        return torch.addmm(b, h, W.t()).sigmoid_()

    @torch.no_grad()
    def train(v0):
        h = h0 = sample(hidden(v0))
        for turn in range(s.turns):
            v = sample(visible(h))
            h = hidden(v)
            if turn < s.turns - 1:
                h = sample(h)
        dW.addmm_(v0.t(), h0, beta=s.momentum, alpha=1 / s.batch).addmm_(v.t(), h, alpha=-1 / s.batch)
        gap = v0 - v
        db.mul_(s.momentum).add_(gap.mean(0))
        dc.mul_(s.momentum).add_((h0 - h).mean(0))
        for parameter, change in ((W, dW), (b, db), (c, dc)):
            parameter.add_(change, alpha=s.rate)
        return gap.square_().mean()

    return train


def make_step(s=Sizes()):
    train = trainer(s, 0.01 * torch.randn(s.visible, s.hidden), torch.zeros(s.visible), torch.zeros(s.hidden))
    draw = batches([torch.bernoulli(torch.rand(2000, s.visible))], s.batch)
    return lambda: train(*draw())


if __name__ == "__main__":
    drive(lambda: make_step(Sizes(turns={"cd1": 1, "cd25": 25}[variant("cd1")])))
