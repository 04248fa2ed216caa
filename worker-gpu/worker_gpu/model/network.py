"""TransNet V2 (Souček and Lokoč, 2020, arXiv:2008.04838), for inference alone.

Six blocks of separable convolutions, each in four dilations of time, and the likeness of frames within 50 of each
other: what 100 frames of 48x27 pixels show, as one logit per frame. Written for speed: normalisation is folded into
the weights, and each convolution is one of two dimensions over the same memory, first as pictures (height, width),
then as time by places. On two CPU cores that is about 1.4 times as quick as convolutions of three dimensions.
"""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional

FRAMES, HEIGHT, WIDTH = 100, 27, 48
DILATIONS = (1, 2, 4, 8)
STACKS, BLOCKS = 3, 2
REACH = 50  # frames before and after, whose likeness to a frame is looked at
EPSILON = 1e-3  # of the normalisation, as trained
COLOURS = 512  # three bits of each of red, green and blue
LAST = torch.channels_last

Weights = Mapping[str, Tensor]


class ConvolutionBlock:
    """Four separable convolutions side by side. Takes and gives (frames, channels, height, width)."""

    def __init__(self, weights: Weights, name: str, kind: torch.dtype) -> None:
        scale = weights[f"{name}.bn.weight"] / torch.sqrt(weights[f"{name}.bn.running_var"] + EPSILON)
        shift = weights[f"{name}.bn.bias"] - weights[f"{name}.bn.running_mean"] * scale
        parts = [(weights[f"{name}.Conv3D_{d}.layers.0.weight"], weights[f"{name}.Conv3D_{d}.layers.1.weight"])
                 for d in DILATIONS]  # fmt: skip
        size = parts[0][1].shape[0]
        scales, shifts = scale.split(size), shift.split(size)
        self._in_space = [_kernel(space[:, :, 0], kind) for space, _ in parts]
        self._in_time = [
            _kernel(time[:, :, :, :, 0] * one[:, None, None, None], kind)
            for (_, time), one in zip(parts, scales, strict=True)
        ]
        self._shifts = [one.to(kind) for one in shifts]

    def __call__(self, x: Tensor, windows: int) -> Tensor:
        height, width = x.shape[2:]
        outs = []
        for dilation, space, time, shift in zip(DILATIONS, self._in_space, self._in_time, self._shifts, strict=True):
            y = functional.conv2d(x, space, padding=1).permute(0, 2, 3, 1)
            y = y.reshape(windows, FRAMES, height * width, -1).permute(0, 3, 1, 2)
            outs.append(functional.conv2d(y, time, shift, padding=(dilation, 0), dilation=(dilation, 1)))
        together = torch.cat(outs, 1).permute(0, 2, 3, 1)
        return together.reshape(windows * FRAMES, height, width, -1).permute(0, 3, 1, 2)


def _kernel(weight: Tensor, kind: torch.dtype) -> Tensor:
    return weight.to(kind).contiguous(memory_format=LAST)


class Linear:
    """A fully connected layer."""

    def __init__(self, weights: Weights, name: str, kind: torch.dtype) -> None:
        self._weight, self._bias = weights[f"{name}.weight"].to(kind), weights[f"{name}.bias"].to(kind)

    def __call__(self, x: Tensor) -> Tensor:
        return functional.linear(x.to(self._weight.dtype), self._weight, self._bias)


class Network:
    """The whole network, on the device of its weights; all of ``kind`` but sums of squares and of colours."""

    def __init__(self, weights: Weights, kind: torch.dtype) -> None:
        self._kind = kind
        names = [[f"SDDCNN.{stack}.DDCNN.{block}" for block in range(BLOCKS)] for stack in range(STACKS)]
        self._stacks = [[ConvolutionBlock(weights, name, kind) for name in stack] for stack in names]
        self._project = Linear(weights, "frame_sim_layer.projection", torch.float32)
        self._judge_features = Linear(weights, "frame_sim_layer.fc", torch.float32)
        self._judge_colours = Linear(weights, "color_hist_layer.fc", torch.float32)
        self._hidden = Linear(weights, "fc1", kind)
        self._one_hot = Linear(weights, "cls_layer1", kind)

    def __call__(self, frames: Tensor) -> Tensor:
        """uint8 (windows, 100, 27, 48, 3) gives the probability of a boundary as float32 (windows, 100)."""
        windows = frames.shape[0]
        places, features = self._look(frames)
        seen = functional.normalize(self._project(features), dim=2)
        colours = _colours(frames)
        parts = [_relu(self._judge_colours, _likeness(colours)), _relu(self._judge_features, _likeness(seen))]
        x = torch.cat([part.to(self._kind) for part in parts] + [places], 2)
        return torch.sigmoid(self._one_hot(_relu(self._hidden, x)).float()).view(windows, FRAMES)

    def _look(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """What is seen at each place of a frame, and the means of every stack, both (windows, 100, …)."""
        windows = frames.shape[0]
        x = frames.reshape(-1, HEIGHT, WIDTH, 3).to(self._kind).div_(255).permute(0, 3, 1, 2)
        means = []
        for first, second in self._stacks:
            kept = functional.relu_(first(x, windows))
            x = functional.avg_pool2d(functional.relu_(second(kept, windows)).add_(kept), 2)
            means.append(x.float().mean((2, 3)).view(windows, FRAMES, -1))
        return x.permute(0, 2, 3, 1).reshape(windows, FRAMES, -1), torch.cat(means, 2)


def _relu(layer: Linear, x: Tensor) -> Tensor:
    return functional.relu_(layer(x))


def _likeness(x: Tensor) -> Tensor:
    """Unit vectors (windows, 100, n) give the likeness of each frame to its 101 neighbours, 0 outside the window."""
    padded = functional.pad(x @ x.transpose(1, 2), (REACH, REACH))
    window, row, column = padded.stride()
    return padded.as_strided((x.shape[0], FRAMES, 2 * REACH + 1), (window, row + column, column))


def _colours(frames: Tensor) -> Tensor:
    """How many pixels of a frame have which colour, as unit vectors (windows, 100, 512)."""
    pixels = frames.reshape(frames.shape[0] * FRAMES, HEIGHT * WIDTH, 3).long() >> 5
    colour = (pixels[:, :, 0] << 6) + (pixels[:, :, 1] << 3) + pixels[:, :, 2]
    counts = torch.zeros(len(colour), COLOURS, device=frames.device)
    counts.scatter_add_(1, colour, torch.ones_like(colour, dtype=torch.float32))
    return functional.normalize(counts, dim=1).view(frames.shape[0], FRAMES, COLOURS)
