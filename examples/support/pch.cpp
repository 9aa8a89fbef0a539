// Holds the precompiled header of the examples.
