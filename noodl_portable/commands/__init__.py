"""Subcommands of noodl-portable, one file each."""
