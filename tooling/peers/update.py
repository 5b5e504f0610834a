"""The update that PyTorch's whole trainings share."""
import torch


def update(model, optimiser, schedule, loss):
    """Backward, clip at 1, step of optimiser and schedule. Returns the loss."""
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.)
    optimiser.step()
    schedule.step()
    optimiser.zero_grad()
    return loss.item()
