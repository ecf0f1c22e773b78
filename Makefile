# Everything is in tasks.py, which needs only Python 3.11 or newer; these are short names for it.
PYTHON ?= python3

.PHONY: demo test check bench autobahn clean
demo test check bench autobahn clean:
	@$(PYTHON) tasks.py $@
