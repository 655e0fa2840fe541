"""The two passes over the stored patterns, written in vector instructions.

Left to itself LLVM keeps partial sums in memory, or in too few registers, and runs at a fraction of the machine's
rate; so the loops are laid out here by hand, over vectors of 64 bytes, which LLVM splits where registers are shorter.
Tables are padded: rows to a multiple of 4, columns to 16. Sums are taken in an order that the shape alone decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic
from numba.np import arrayobj

ir: Any = cgutils.ir
VECTOR_BYTES = 64
# Blocks of a gather: vectors side by side, and rows at a time, so that several sums are always under way; the wider a
# block, the fewer times each activity is loaded.
BLOCKS = ((12, 1), (6, 1), (4, 2), (2, 4), (1, 4))


class VectorCode:
    """Building code on vectors of one element type."""

    def __init__(self, context: Any, builder: Any, kind: Any) -> None:
        self.builder = builder
        self.bytes = kind.bitwidth // 8
        self.lanes = VECTOR_BYTES // self.bytes
        self.vector = ir.VectorType(context.get_value_type(kind), self.lanes)

    def number(self, value: int) -> Any:
        """A constant index."""
        return ir.Constant(ir.IntType(64), value)

    def times(self, a: Any, factor: int) -> Any:
        """An index times a constant."""
        return self.builder.mul(a, self.number(factor))

    def plus(self, *terms: Any) -> Any:
        """A sum of indices."""
        total = terms[0]
        for term in terms[1:]:
            total = self.builder.add(total, term)
        return total

    def load(self, pointer: Any, offset: Any) -> Any:
        """The vector that begins at an element."""
        at = self.builder.bitcast(self.builder.gep(pointer, [offset]), self.vector.as_pointer())
        return self.builder.load(at, align=self.bytes)

    def store(self, value: Any, pointer: Any, offset: Any) -> None:
        """Store a vector from an element on."""
        at = self.builder.bitcast(self.builder.gep(pointer, [offset]), value.type.as_pointer())
        self.builder.store(value, at, align=self.bytes)

    def broadcast(self, pointer: Any, offset: Any) -> Any:
        """One element in every lane."""
        number = self.builder.load(self.builder.gep(pointer, [offset]))
        unset = ir.Constant(self.vector, ir.Undefined)
        return self.shuffle(
            self.builder.insert_element(unset, number, ir.Constant(ir.IntType(32), 0)), unset, [0] * self.lanes
        )

    def shuffle(self, a: Any, b: Any, order: Sequence[int]) -> Any:
        """The chosen lanes of a and b, those of b counted on from those of a."""
        mask = ir.Constant(ir.VectorType(ir.IntType(32), len(order)), list(order))
        return self.builder.shuffle_vector(a, b, mask)

    def add(self, a: Any, b: Any) -> Any:
        """A sum of vectors."""
        return self.builder.fadd(a, b)

    def larger(self, a: Any, b: Any) -> Any:
        """The larger of two vectors, lane by lane."""
        return self.builder.select(self.builder.fcmp_ordered(">", a, b), a, b)

    def accumulate(self, slot: Any, a: Any, b: Any) -> None:
        """slot += a·b, fused where the machine can."""
        product = self.builder.fmul(a, b, flags=("contract",))
        self.builder.store(self.builder.fadd(product, self.builder.load(slot), flags=("contract",)), slot)

    def slots(self, count: int) -> list[Any]:
        """Sums, zero; they end up in registers."""
        made = [cgutils.alloca_once(self.builder, self.vector) for _ in range(count)]
        for slot in made:
            self.builder.store(ir.Constant(self.vector, None), slot)
        return made

    def four_sums(self, a: Any, b: Any, c: Any, d: Any) -> Any:
        """The sums over the lanes of four vectors, as one vector of four."""
        lanes = range(0, self.lanes, 2)
        low = [lane + side for lane in lanes for side in (0, self.lanes)]
        ab, cd = (
            self.add(self.shuffle(x, y, low), self.shuffle(x, y, [i + 1 for i in low])) for x, y in ((a, b), (c, d))
        )
        low = [lane + side + k for lane in range(0, self.lanes, 4) for side in (0, self.lanes) for k in (0, 1)]
        total = self.add(self.shuffle(ab, cd, low), self.shuffle(ab, cd, [i + 2 for i in low]))
        width = self.lanes
        while width > 4:
            width //= 2
            halves = (self.shuffle(total, total, range(start, start + width)) for start in (0, width))
            total = self.add(*halves)
        return total


def _unpack(context: Any, builder: Any, signature: Any, arguments: Any) -> tuple[Any, Any, Any, Any, Any, VectorCode]:
    """Pointers to table, first and second vector; rows and columns; the code builder."""
    arrays = [
        arrayobj.make_array(kind)(context, builder, value)
        for kind, value in zip(signature.args, arguments, strict=True)
    ]
    rows, columns = cgutils.unpack_tuple(builder, arrays[0].shape, 2)
    code = VectorCode(context, builder, signature.args[0].dtype)
    return arrays[0].data, arrays[1].data, arrays[2].data, rows, columns, code


def _check(*arrays: Any) -> None:
    if any(array.layout != "C" or array.dtype != arrays[0].dtype for array in arrays):
        raise TypingError("needs contiguous arrays of one type")


def _gather(_: Any, table: Any, values: Any, out: Any) -> Any:
    """``out_μ = Σ_i values_i table_iμ``: a combination of rows."""
    _check(table, values, out)

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data, given, result, rows, columns, code = _unpack(context, builder, signature, arguments)
        left = builder.udiv(columns, code.number(code.lanes))
        begin = code.number(0)
        for width, height in BLOCKS:
            blocks = builder.udiv(left, code.number(width))
            with cgutils.for_range(builder, blocks) as block:
                column = code.plus(begin, code.times(block.index, width * code.lanes))
                sums = [code.slots(width) for _ in range(height)]
                with cgutils.for_range(builder, builder.udiv(rows, code.number(height))) as group:
                    for r in range(height):
                        row = code.plus(code.times(group.index, height), code.number(r))
                        factor = code.broadcast(given, row)
                        base = code.plus(builder.mul(row, columns), column)
                        for v in range(width):
                            entry = code.load(data, code.plus(base, code.number(v * code.lanes)))
                            code.accumulate(sums[r][v], factor, entry)
                for v in range(width):
                    total = builder.load(sums[0][v])
                    for r in range(1, height):
                        total = code.add(total, builder.load(sums[r][v]))
                    code.store(total, result, code.plus(column, code.number(v * code.lanes)))
            begin = code.plus(begin, code.times(blocks, width * code.lanes))
            left = builder.urem(left, code.number(width))
        return context.get_dummy_value()

    return types.void(table, values, out), build


def _spread(_: Any, table: Any, weights: Any, out: Any) -> Any:
    """``out_i = Σ_μ table_iμ weights_μ``: inner products with the rows, four at a time."""
    _check(table, weights, out)

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data, given, result, rows, columns, code = _unpack(context, builder, signature, arguments)
        with cgutils.for_range(builder, builder.udiv(rows, code.number(4))) as group:
            first = code.times(group.index, 4)
            starts = [builder.mul(code.plus(first, code.number(r)), columns) for r in range(4)]
            sums = code.slots(8)

            def add_products(column: Any, offset: int) -> None:
                weight = code.load(given, column)
                for r in range(4):
                    code.accumulate(sums[offset + r], weight, code.load(data, code.plus(starts[r], column)))

            pair = 2 * code.lanes
            with cgutils.for_range(builder, builder.udiv(columns, code.number(pair))) as block:
                column = code.times(block.index, pair)
                add_products(column, 0)
                add_products(code.plus(column, code.number(code.lanes)), 4)
            odd = builder.icmp_unsigned("!=", builder.urem(columns, code.number(pair)), code.number(0))
            with builder.if_then(odd):
                add_products(builder.sub(columns, code.number(code.lanes)), 0)
            totals = [code.add(builder.load(sums[r]), builder.load(sums[4 + r])) for r in range(4)]
            code.store(code.four_sums(*totals), result, first)
        return context.get_dummy_value()

    return types.void(table, weights, out), build


def _largest(_: Any, values: Any, first: Any) -> Any:
    """The largest of ``values`` from index ``first`` on; there are a multiple of 16 of them."""
    _check(values)

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = arrayobj.make_array(signature.args[0])(context, builder, arguments[0])
        code = VectorCode(context, builder, signature.args[0].dtype)
        best = cgutils.alloca_once(builder, code.vector)
        builder.store(code.load(array.data, arguments[1]), best)
        length = builder.sub(cgutils.unpack_tuple(builder, array.shape, 1)[0], arguments[1])
        with cgutils.for_range(builder, builder.udiv(length, code.number(code.lanes)), start=code.number(1)) as block:
            entry = code.load(array.data, code.plus(arguments[1], code.times(block.index, code.lanes)))
            builder.store(code.larger(builder.load(best), entry), best)
        top, width = builder.load(best), code.lanes
        while width > 1:
            width //= 2
            top = code.larger(*(code.shuffle(top, top, range(start, start + width)) for start in (0, width)))
        return builder.extract_element(top, ir.Constant(ir.IntType(32), 0))

    return values.dtype(values, types.uintp), build


def _wide(_: Any) -> Any:
    """Have the loops of the calling function use the widest registers there are, which LLVM shuns by default."""

    def build(context: Any, builder: Any, __: Any, ___: Any) -> Any:
        # llvmlite knows no such attribute, but writes out whatever the set holds.
        set.add(builder.function.attributes, f'"prefer-vector-width"="{8 * VECTOR_BYTES}"')
        return context.get_dummy_value()

    return types.void(), build


# The names are typed loosely: inside compiled code they are not the functions that they are here.
gather: Any = intrinsic(_gather)
spread: Any = intrinsic(_spread)
largest: Any = intrinsic(_largest)
wide: Any = intrinsic(_wide)
