"""One layer of the hierarchical VRNN (a VRNN with convolutions): 64×64 frames of one channel, 20 frames, batch 10; ELBO; Adam 1e-4.

φ_x: conv 4×4 stride 2, 64 channels, ReLU, twice (64 → 32 → 16), then dense 256 ReLU. Posterior: [φ_x, h] → dense 256 ReLU → μ, log σ² of 16
latents. Prior: h → dense 256 ReLU → μ, log σ². φ_z: dense 256 ReLU. Recurrence: h ← tanh(W[φ_x, φ_z, h] + b), 256 units, h_0 = 0.
Decoder: [φ_z, h] → dense 4·4·64 ReLU → transposed conv 4×4 stride 2 (64 channels, ReLU) three times, then one to the logits (64×64×1).
Loss: cross-entropy summed over pixels and KL of every frame, summed over frames, averaged over the batch.

φ_x, prior and decoder run once over all frames; only posterior, φ_z and recurrence are in the loop. LAYOUT is what measured fastest.
"""

from dataclasses import dataclass

import torch
from drive import adam, batches, drive
from torch import nn
from torch.nn import functional as F

LAYOUT = torch.channels_last


@dataclass
class Sizes:
    batch: int = 10
    steps: int = 20
    size: int = 64
    channels: int = 64
    hidden: int = 256
    latent: int = 16


class Model(nn.Module):
    def __init__(self, s):
        super().__init__()
        C, H, Z = s.channels, s.hidden, s.latent
        self.sizes = s
        self.seed = s.size // 16  # the decoder's first image
        relu = nn.ReLU
        self.phi_x = nn.Sequential(
            *(nn.Conv2d(1, C, 4, 2, 1), relu(), nn.Conv2d(C, C, 4, 2, 1), relu()),
            *(nn.Flatten(), nn.Linear(C * (s.size // 4) ** 2, H), relu()),
        )
        self.phi_z = nn.Sequential(nn.Linear(Z, H), relu())
        self.posterior = nn.Sequential(nn.Linear(2 * H, H), relu(), nn.Linear(H, 2 * Z))
        self.prior = nn.Sequential(nn.Linear(H, H), relu(), nn.Linear(H, 2 * Z))
        self.recurrence = nn.Linear(3 * H, H)
        self.decoder = nn.Sequential(
            *(nn.Linear(2 * H, C * self.seed**2), relu(), nn.Unflatten(1, (C, self.seed, self.seed))),
            *(nn.ConvTranspose2d(C, C, 4, 2, 1), relu()),
            *(nn.ConvTranspose2d(C, C, 4, 2, 1), relu()),
            *(nn.ConvTranspose2d(C, C, 4, 2, 1), relu()),
            nn.ConvTranspose2d(C, 1, 4, 2, 1),
        )

    def forward(self, frames, noise=None):
        """frames (time, batch, height, width)"""
        T, B = frames.shape[:2]
        s = self.sizes
        if noise is None:
            noise = torch.randn(T, B, s.latent)
        seen = self.phi_x(frames.reshape(T * B, 1, s.size, s.size).to(memory_format=LAYOUT)).view(T, B, s.hidden)
        h = torch.zeros(B, s.hidden)
        befores, features, beliefs = [], [], []
        for t in range(T):
            belief = self.posterior(torch.cat([seen[t], h], 1))
            mean, log_variance = belief.chunk(2, 1)
            feature = self.phi_z(mean + torch.exp(0.5 * log_variance) * noise[t])
            befores.append(h)
            features.append(feature)
            beliefs.append(belief)
            h = torch.tanh(self.recurrence(torch.cat([seen[t], feature, h], 1)))
        before = torch.cat(befores)
        mq, lq = torch.cat(beliefs).chunk(2, 1)
        mp, lp = self.prior(before).chunk(2, 1)
        logits = self.decoder(torch.cat([torch.cat(features), before], 1))
        reconstruction = F.binary_cross_entropy_with_logits(logits, frames.view(logits.shape), reduction="sum")
        kl = 0.5 * (lp - lq + torch.exp(lq - lp) + (mq - mp).square() * torch.exp(-lp) - 1).sum()
        return (reconstruction + kl) / B


def make_step(s=Sizes()):
    model = Model(s).to(memory_format=LAYOUT)
    draw = batches([torch.rand(s.steps, 100, s.size, s.size)], s.batch, dim=1)
    optimizer = adam(model.parameters(), 1e-4)

    def step():
        optimizer.zero_grad()
        loss = model(*draw())
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


if __name__ == "__main__":
    drive(make_step, "fused")
