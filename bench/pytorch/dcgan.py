"""A DCGAN pair on 32×32 RGB images with a gradient penalty (Gulrajani et al. 2017, λ = 10), batch 64; Adam 2e-4, β₁ = 0.5.

Generator: z 100 → dense 256·4·4 → batch norm, ReLU → transposed conv 4×4 stride 2: 256 → 128 → 64, batch norm and ReLU after each, → 3, tanh.
Critic, without normalisation: conv 4×4 stride 2: 3 → 64 → 128 → 256, LeakyReLU 0.2 after each, then linear to one number.
Convolutions before a batch norm have no bias; the dense layer has one.
One step: a critic update on fakes made without gradient, with the penalty on interpolates (second order through the critic), then a
generator update through the updated critic on fresh z, whose critic gradients are not computed. LAYOUT is what measured fastest.
"""

from dataclasses import dataclass

import torch
from drive import adam, batches, drive
from torch import nn

LAYOUT = torch.contiguous_format


@dataclass
class Sizes:
    batch: int = 64
    size: int = 32
    latent: int = 100
    channels: int = 64
    penalty: float = 10.0


def generator_of(s):
    C, seed = s.channels, s.size // 8
    return nn.Sequential(
        *(nn.Linear(s.latent, 4 * C * seed**2), nn.Unflatten(1, (4 * C, seed, seed)), nn.BatchNorm2d(4 * C), nn.ReLU()),
        *(nn.ConvTranspose2d(4 * C, 2 * C, 4, 2, 1, bias=False), nn.BatchNorm2d(2 * C), nn.ReLU()),
        *(nn.ConvTranspose2d(2 * C, C, 4, 2, 1, bias=False), nn.BatchNorm2d(C), nn.ReLU()),
        *(nn.ConvTranspose2d(C, 3, 4, 2, 1), nn.Tanh()),
    )


def critic_of(s):
    C = s.channels
    return nn.Sequential(
        *(nn.Conv2d(3, C, 4, 2, 1), nn.LeakyReLU(0.2)),
        *(nn.Conv2d(C, 2 * C, 4, 2, 1), nn.LeakyReLU(0.2)),
        *(nn.Conv2d(2 * C, 4 * C, 4, 2, 1), nn.LeakyReLU(0.2)),
        *(nn.Flatten(), nn.Linear(4 * C * (s.size // 8) ** 2, 1)),
    )


def critic_loss(critic, real, fake, mix, penalty):
    """mix (batch, 1, 1, 1) uniform: where between real and fake the penalty looks"""
    between = torch.lerp(fake, real, mix).requires_grad_()
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    length = slope.flatten(1).norm(dim=1)
    return critic(fake).mean() - critic(real).mean() + penalty * (length - 1).square().mean()


def trainer(generator, critic, penalty):
    """The two updates on given images and noise; the loss is the critic's before them."""
    for_generator = adam(generator.parameters(), 2e-4, betas=(0.5, 0.999))
    for_critic = adam(critic.parameters(), 2e-4, betas=(0.5, 0.999))

    def train(real, z_critic, mix, z_generator):
        critic.requires_grad_(True)
        for_critic.zero_grad()
        with torch.no_grad():
            fake = generator(z_critic)
        loss = critic_loss(critic, real, fake, mix, penalty)
        loss.backward()
        for_critic.step()

        critic.requires_grad_(False)
        for_generator.zero_grad()
        (-critic(generator(z_generator)).mean()).backward()
        for_generator.step()
        return loss.detach()

    return train


def make_step(s=Sizes()):
    generator = generator_of(s).to(memory_format=LAYOUT)
    critic = critic_of(s).to(memory_format=LAYOUT)
    draw = batches([(2 * torch.rand(500, 3, s.size, s.size) - 1).to(memory_format=LAYOUT)], s.batch)
    train = trainer(generator, critic, s.penalty)
    z = lambda: torch.randn(s.batch, s.latent)
    return lambda: train(*draw(), z(), torch.rand(s.batch, 1, 1, 1), z())


if __name__ == "__main__":
    drive(make_step, "fused")
