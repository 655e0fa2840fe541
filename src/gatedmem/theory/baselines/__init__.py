"""The systems both papers build on: Hopfield networks old and new, dense memories, neuron-astrocyte memory, the frame."""
