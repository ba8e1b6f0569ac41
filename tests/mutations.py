"""What happens to files: bytes, lines and columns that are lost, doubled, exchanged or replaced."""

import codecs


def broken(data, number, rng):
    """Return a file with one to three mutations, more with each number of three."""
    for _ in range(1 + number % 3):
        data = MUTATIONS[rng.integers(len(MUTATIONS))](data or b"\n", rng)
    return data


def random_bytes(data, rng):
    start, size = rng.integers(len(data)), int(rng.integers(1, 9))
    return data[:start] + rng.bytes(size) + data[start + size * rng.integers(2) :]


def deletion(data, rng):
    start = rng.integers(len(data))
    return data[:start] + data[start + rng.integers(1, 30) :]


def truncation(data, rng):
    return data[: rng.integers(len(data))]


def cut_line(data, rng):
    lines, i = _one_line(data, rng)
    lines[i] = lines[i][: rng.integers(len(lines[i]) + 1)]
    return b"\n".join(lines)


def repeated_line(data, rng):
    lines, i = _one_line(data, rng)
    return b"\n".join([*lines[:i], *[lines[i]] * rng.integers(3), *lines[i:]])


def swapped_lines(data, rng):
    lines, i = _one_line(data, rng)
    j = rng.integers(len(lines))
    lines[i], lines[j] = lines[j], lines[i]
    return b"\n".join(lines)


def swapped_columns(data, rng):
    lines, i = _one_line(data, rng)
    columns = lines[i].split(b"\t")
    lines[i] = b"\t".join(columns[k] for k in rng.permutation(len(columns)))
    return b"\n".join(lines)


def other_value(data, rng):
    """Put a number or a strange value into one column: ids twice, heads out of range, cycles."""
    lines, i = _one_line(data, rng)
    columns = lines[i].split(b"\t")
    values = [
        b"0",
        b"1",
        b"2",
        b"4",
        b"7",
        b"99",
        b"-1",
        b"9" * 5000,
        b"2-3",
        b"5.1",
        b"_",
        b"",
        b"root",
        b"\xc2\xb2",
    ]
    columns[rng.integers(len(columns))] = values[rng.integers(len(values))]
    lines[i] = b"\t".join(columns)
    return b"\n".join(lines)


def other_head(data, rng):
    """Put another plausible number into HEAD: cycles and second roots."""
    lines, i = _one_line(data, rng)
    columns = lines[i].split(b"\t")
    if len(columns) > 7:
        columns[6:8] = [(b"%d" % rng.integers(9)), columns[7]]
    lines[i] = b"\t".join(columns)
    return b"\n".join(lines)


def carriage_returns(data, rng):
    return data.replace(b"\n", [b"\r\n", b"\r"][rng.integers(2)], int(rng.integers(1, 20)))


def marks(data, rng):
    mark = [codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF32_BE][rng.integers(3)]
    start = [0, int(rng.integers(len(data)))][rng.integers(2)]
    return data[:start] + mark + data[start:]


def spaces_for_tabs(data, rng):
    return data.replace(b"\t", b" ", int(rng.integers(1, 20)))


def noise(data, rng):
    return rng.bytes(int(rng.integers(200)))


MUTATIONS = [
    *(random_bytes, deletion, truncation, cut_line, repeated_line, swapped_lines, swapped_columns),
    *(other_value, other_head, carriage_returns, marks, spaces_for_tabs, noise),
]


def _one_line(data, rng):
    lines = data.split(b"\n")
    return lines, rng.integers(len(lines))
