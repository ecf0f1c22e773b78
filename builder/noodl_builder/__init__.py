"""The packer: backend folder -> plan -> bundle."""
