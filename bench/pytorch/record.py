"""Writes ../cases/pytorch.json: what the PyTorch sides compute at small sizes, for the tests of ours. Run by hand: python -B record.py, then format.

For every family: sizes, parameters by our names and in our layout, what is fed, and the losses of the first training steps in float64, each on
the same numbers; for the Boltzmann machine also the parameters after them. And the number of parameters of every case at the sizes of the benchmark.
"""

import json
from pathlib import Path

import convlstm
import dcgan
import hvrnn
import hvrnn_paper
import music
import rbm
import recurrent
import rladder
import torch
import vae
from drive import adam

torch.set_default_dtype(torch.float64)
torch.manual_seed(3)
STEPS = 3


def numbers(t):
    return [round(x, 6) for x in t.detach().flatten().tolist()]


def draw(*shape, std=0.5):
    """Random numbers with few digits, so that the file holds them exactly."""
    return torch.round(std * torch.randn(*shape), decimals=2)


def scatter(model):
    for p in model.parameters():
        p.data = draw(*p.shape, std=0.4)


def linear(name, layer):
    return {f"{name}/weight": layer.weight.t(), f"{name}/bias": layer.bias}


def plain(name, layer):
    """A convolution, transposed or not."""
    bias = {} if layer.bias is None else {f"{name}/bias": layer.bias}
    return {f"{name}/weight": layer.weight, **bias}


def norm(name, layer):
    return {f"{name}/gain": layer.weight, f"{name}/bias": layer.bias}


def record(sizes, parameters, feeds, step):
    """The parameters are written before the steps change them."""
    before = {name: numbers(p) for name, p in parameters.items()}
    losses = [float(step()) for _ in range(STEPS)]
    return {
        "sizes": {k: v for k, v in vars(sizes).items() if k not in ("rate", "momentum", "penalty")},
        "parameters": before,
        "feeds": {name: numbers(t) for name, t in feeds.items()},
        "losses": losses,
    }


def stepper(model, inputs, lr):
    optimizer = adam(model.parameters(), lr)

    def step():
        optimizer.zero_grad()
        loss = model(*inputs)
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


def of_rbm():
    s = rbm.Sizes(batch=4, visible=6, hidden=5, turns=2)
    W, b, c = draw(s.visible, s.hidden), draw(s.visible), draw(s.hidden)
    v = torch.bernoulli(torch.full((s.batch, s.visible), 0.5))
    sizes = {"hidden/0": s.hidden, "visible/1": s.visible, "hidden/1": s.hidden, "visible/2": s.visible}
    uniform = {name: torch.round(0.01 + 0.98 * torch.rand(s.batch, n), decimals=3) for name, n in sizes.items()}
    order = []
    train = rbm.trainer(s, W, b, c, sample=lambda p: (order.pop(0) < p).double())

    def step():
        order.extend(uniform.values())
        return train(v)

    parameters = {"weight": W, "visible-bias": b, "hidden-bias": c}
    found = record(s, parameters, {"v": v, **uniform}, step)
    return {**found, "after": {name: numbers(p) for name, p in parameters.items()}}  # the loss is coarse: units are 0 or 1


def of_recurrent(cell):
    s = recurrent.Sizes(cell, steps=4, batch=3, inputs=5, hidden=6, outputs=2)
    model = recurrent.Model(s)
    scatter(model)
    layer = model.layer
    W, U, b, c = layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0
    parameters = linear("read-out", model.read_out)
    if cell == "lstm":  # gates i, f, g, o and two biases; ours are i, f, o, g and one bias
        c.data.zero_()
        c.requires_grad_(False)
        W, U, b = (torch.cat([t.chunk(4)[k] for k in (0, 1, 3, 2)]) for t in (W, U, b))
    parameters |= {"layer/input/weight": W.t(), "layer/input/bias": b, "layer/hidden/weight": U.t()}
    if cell == "gru":
        parameters["layer/hidden/bias"] = c
    x, target = draw(s.steps, s.batch, s.inputs), draw(s.steps, s.batch, s.outputs)
    return record(s, parameters, {"x": x, "target": target}, stepper(model, (x, target), 1e-3))


def of_convlstm():
    s = convlstm.Sizes(batch=2, steps=3, channels=2, size=5, kernel=3)
    model = convlstm.Model(s)
    scatter(model)
    frames = torch.round(torch.rand(s.steps + 1, s.batch, s.size, s.size), decimals=2)
    parameters = {
        **plain("cell/input", model.input),
        **plain("cell/hidden", model.recurrent),
        **plain("read-out", model.read_out),
    }
    return record(s, parameters, {"frames": frames}, stepper(model, (frames,), 1e-3))


def of_hvrnn():
    s = hvrnn.Sizes(batch=2, steps=3, size=16, channels=2, hidden=4, latent=2)
    model = hvrnn.Model(s)
    scatter(model)
    frames = torch.round(torch.rand(s.steps, s.batch, s.size, s.size), decimals=2)
    z = draw(s.steps, s.batch, s.latent, std=1)
    W = model.recurrence.weight.t()
    parameters = {
        **plain("phi-x/conv1", model.phi_x[0]),
        **plain("phi-x/conv2", model.phi_x[2]),
        **linear("phi-x/dense", model.phi_x[5]),
        **linear("phi-z", model.phi_z[0]),
        **linear("posterior/hidden", model.posterior[0]),
        **linear("posterior/out", model.posterior[2]),
        **linear("prior/hidden", model.prior[0]),
        **linear("prior/out", model.prior[2]),
        "recurrence/input/weight": W[: 2 * s.hidden],
        "recurrence/input/bias": model.recurrence.bias,
        "recurrence/hidden/weight": W[2 * s.hidden :],
        **linear("decoder/dense", model.decoder[0]),
        **{k: v for i in range(4) for k, v in plain(f"decoder/conv{i + 1}", model.decoder[3 + 2 * i]).items()},
    }
    return record(s, parameters, {"frames": frames, "z": z}, stepper(model, (frames, z), 1e-4))


def of_hvrnn_paper():
    s = hvrnn_paper.Sizes(batch=2, steps=3, side=16, layers=2, channels=2, hidden=4, latent=2)
    model = hvrnn_paper.Model(s)
    scatter(model)
    frames = torch.round(torch.rand(s.steps, s.batch, s.side, s.side), decimals=2)
    z = draw(s.layers, s.steps, s.batch, s.latent, std=1)
    below, above = model.layers
    parameters = {
        **{f"layer1/phi-x/conv{i + 1}/{k}": v for i in (0, 1) for k, v in below.maps[2 * i].named_parameters()},
        **linear("layer1/phi-x/dense", below.features[1]),
        **linear("layer1/decoder/dense", below.decoder[0]),
        **{f"layer1/decoder/conv{i + 1}/{k}": v for i in (0, 1) for k, v in below.decoder[3 + 2 * i].named_parameters()},
        **{k: v for i in range(3) for k, v in linear(f"layer2/phi-x/dense{i + 1}", above.maps[1 + 2 * i]).items()},
        **{k: v for i in range(3) for k, v in linear(f"layer2/decoder/dense{i + 1}", above.decoder[2 * i]).items()},
    }
    for l, layer in enumerate(model.layers, 1):
        W = layer.recurrence.weight.t()
        parameters |= {
            **linear(f"layer{l}/phi-z", layer.phi_z[0]),
            **linear(f"layer{l}/posterior/hidden", layer.posterior[0]),
            **linear(f"layer{l}/posterior/out", layer.posterior[2]),
            **linear(f"layer{l}/prior/hidden", layer.prior[0]),
            **linear(f"layer{l}/prior/out", layer.prior[2]),
            f"layer{l}/recurrence/input/weight": W[: 2 * s.hidden],
            f"layer{l}/recurrence/input/bias": layer.recurrence.bias,
            f"layer{l}/recurrence/hidden/weight": W[2 * s.hidden :],
        }
    x = frames.transpose(0, 1).flatten(2)
    feeds = {"x": x, **{f"hvrnn/z{l + 1}": z[l] for l in range(s.layers)}}
    return record(s, parameters, feeds, stepper(model, (frames, z), 1e-4))


def of_dcgan():
    s = dcgan.Sizes(batch=3, size=8, latent=4, channels=2)
    generator, critic = dcgan.generator_of(s), dcgan.critic_of(s)
    scatter(generator)
    scatter(critic)
    real = torch.round(2 * torch.rand(s.batch, 3, s.size, s.size) - 1, decimals=2)
    z1, z2 = draw(s.batch, s.latent, std=1), draw(s.batch, s.latent, std=1)
    mix = torch.round(0.1 + 0.8 * torch.rand(s.batch, 1, 1, 1), decimals=2)
    train = dcgan.trainer(generator, critic, s.penalty)
    parameters = {
        **linear("generator/dense", generator[0]),
        **{k: v for i, at in enumerate((2, 5, 8)) for k, v in norm(f"generator/norm{i + 1}", generator[at]).items()},
        **{k: v for i, at in enumerate((4, 7, 10)) for k, v in plain(f"generator/conv{i + 1}", generator[at]).items()},
        **{k: v for i, at in enumerate((0, 2, 4)) for k, v in plain(f"critic/conv{i + 1}", critic[at]).items()},
        **linear("critic/out", critic[7]),
    }
    feeds = {"real": real, "z/critic": z1, "mix": mix, "z/generator": z2}
    return record(s, parameters, feeds, lambda: train(real, z1, mix, z2))


def of_rladder():
    s = rladder.Sizes(batch=2, steps=2, size=8, channels=2, classes=3)
    model = rladder.Model(s)
    scatter(model)
    frames = torch.round(torch.rand(s.steps + 1, s.batch, 1, s.size, s.size), decimals=2)
    label = torch.tensor([2, 1])
    decoders = {}
    for name, d in (("decoder1", model.decoder1), ("decoder2", model.decoder2)):
        decoders |= {**plain(f"{name}/A", d.A), **plain(f"{name}/B", d.B), **plain(f"{name}/out", d.out)}
        decoders |= {**norm(f"{name}/norm-v", d.norm_v), **norm(f"{name}/norm-h", d.norm_h)}
    parameters = {
        **plain("encoder/lstm/input", model.input),
        **norm("encoder/lstm/norm", model.input_norm),
        **plain("encoder/lstm/hidden", model.recurrent),
        **{k: v for i in range(3) for k, v in plain(f"encoder/conv{i + 1}", model.features[i][0]).items()},
        **{k: v for i in range(3) for k, v in norm(f"encoder/norm{i + 1}", model.features[i][1]).items()},
        **decoders,
        **plain("predict", model.predict),
        **linear("classify", model.classify),
    }
    return record(s, parameters, {"frames": frames, "label": label}, stepper(model, (frames, label), 1e-3))


def of_music():
    s = music.Sizes(batch=2, steps=3, notes=6, channels=2)
    model = music.Model(s)
    scatter(model)
    roll = torch.bernoulli(torch.full((s.steps + 1, s.batch, 1, s.notes), 0.3))
    W, d = model.gates.weight, model.decoder
    below = 1 + s.channels
    parameters = {
        "encoder/lstm/input/weight": W[:, :below],
        "encoder/lstm/input/bias": model.gates.bias,
        "encoder/lstm/hidden/weight": W[:, below:],
        **plain("encoder/conv", model.features[0]),
        **norm("encoder/norm", model.features[1]),
        **plain("decoder/A", d.A),
        **plain("decoder/B", d.B),
        **norm("decoder/norm-v", d.norm_v),
        **norm("decoder/norm-h", d.norm_h),
        **{f"decoder/w{i}": w for i, w in enumerate(d.w)},
        **plain("read-out", model.read_out),
    }
    return record(s, parameters, {"roll": roll}, stepper(model, (roll,), 1e-2))


def count(*models):
    return sum(p.numel() for m in models for p in m.parameters())


record_of_all = {
    "families": {
        "rbm": of_rbm(),
        "gru": of_recurrent("gru"),
        "lstm": of_recurrent("lstm"),
        "convlstm": of_convlstm(),
        "hvrnn": of_hvrnn(),
        "dcgan": of_dcgan(),
        "rladder": of_rladder(),
        "music": of_music(),
        "hvrnn-paper": of_hvrnn_paper(),
    },
    "parameters": {
        "vae": count(vae.Model(vae.Sizes())),
        "gru": count(recurrent.Model(recurrent.Sizes("gru"))),
        "lstm": count(recurrent.Model(recurrent.Sizes("lstm"))),
        "convlstm-16": count(convlstm.Model(convlstm.VARIANTS["16"])),
        "convlstm-32": count(convlstm.Model(convlstm.VARIANTS["32"])),
        "convlstm-k5": count(convlstm.Model(convlstm.VARIANTS["k5"])),
        "hvrnn-paper": count(hvrnn_paper.Model(hvrnn_paper.Sizes())),
        "hvrnn-layer": count(hvrnn.Model(hvrnn.Sizes())),
        "dcgan-gp": count(dcgan.generator_of(dcgan.Sizes()), dcgan.critic_of(dcgan.Sizes())),
        "rladder": count(rladder.Model(rladder.Sizes())),
        "music": count(music.Model(music.Sizes())),
    },
    "torch": torch.__version__,
}
lines = [f'    {json.dumps(name)}: {json.dumps(f)}' for name, f in record_of_all.pop("families").items()]
text = json.dumps(record_of_all, indent=2)
families = ",\n".join(lines)
Path(__file__).parent.joinpath("../cases/pytorch.json").write_text(f'{{\n  "families": {{\n{families}\n  }},{text[1:]}\n')
