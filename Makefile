.PHONY: verify test docs
verify test docs:
	@./run $@
