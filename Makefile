# For fingers that type make; ./run does the work and needs no make.
.PHONY: run test check

run:
	./run

test:
	./run test $(ARGUMENTS)

check:
	./run check
