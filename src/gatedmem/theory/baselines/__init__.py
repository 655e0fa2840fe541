"""What both papers build on: Hopfield networks old and new, dense and neuron-astrocyte memories, the frame."""
