#!/usr/bin/env python3
"""Verifies an export of a history (capdo export history) or a proof (capdo prove)
without capdo: Python 3, standard library only. The format is docs/verify-format.md.

    verify.py FILE [--public-key FILE] [--checkpoints FILE] [--json]

Exit status: 0 all as sealed, 1 not, 2 cannot.
"""
import argparse
import base64
import hashlib
import json
import sys
import urllib.parse
import zipfile

NONE = "0" * 64


def sha(b):
    return hashlib.sha256(b).hexdigest()


# ---- Ed25519, RFC 8032 section 5.1 ----

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    """Adds two points in extended coordinates (x, y, z, t)."""
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, a):
    out = (0, 1, 1, 0)
    while n:
        if n & 1:
            out = add(out, a)
        a, n = add(a, a), n >> 1
    return out


def x_of(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * ROOT % P
    if (x * x - x2) % P or (x == 0 and sign):
        return None
    return x if x & 1 == sign else P - x


def point(b):
    n = int.from_bytes(b, "little")
    y = n & (2**255 - 1)
    x = x_of(y, n >> 255)
    return None if x is None else (x, y, 1, x * y % P)


def packed(a):
    z = pow(a[2], P - 2, P)
    x, y = a[0] * z % P, a[1] * z % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(public, text, sig):
    if len(public) != 32 or len(sig) != 64:
        return False
    a, s = point(public), int.from_bytes(sig[32:], "little")
    if a is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(sig[:32] + public + text).digest(), "little") % L
    minus = (P - a[0], a[1], 1, P - a[3])
    return packed(add(times(s, BASE), times(k, minus))) == sig[:32]


# ---- hashes of the format ----

def row_digest(table, columns):
    b = b"capdo-row 1\n" + table.encode() + b"\n"
    for name, kind, value in columns:
        v = value.encode()
        b += ("%s:%s:%d:" % (name, kind, len(v))).encode() + v + b"\n"
    return sha(b)


def link_hash(before, subject, n, digest):
    return sha(("capdo-link 1\n%d\n%s\n%s\n%s\n" % (n, before, digest, subject)).encode())


def leaf(subject, n, hash):
    return hashlib.sha256(b"\0" + ("capdo-head 1\n%d\n%s\n%s\n" % (n, hash, subject)).encode()).digest()


def join(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


class Heads:
    """The ends of all chains, and the tree over them in the order they began."""

    def __init__(self):
        self.of, self.levels, self.links = {}, [], 0

    def put(self, subject, n, hash):
        i, _, _ = self.of.get(subject, (len(self.of), 0, NONE))
        self.of[subject] = (i, n, hash)
        self.links += 1
        node, level = leaf(subject, n, hash), 0
        while True:
            if level == len(self.levels):
                self.levels.append([])
            row = self.levels[level]
            if i == len(row):
                row.append(node)
            row[i] = node
            if len(row) == 1:
                return
            if i % 2:
                node = join(row[i - 1], node)
            elif i + 1 < len(row):
                node = join(node, row[i + 1])
            i, level = i // 2, level + 1

    def root(self):
        return self.levels[-1][0].hex() if self.levels else sha(b"")


def text_of(c):
    return ("capdo-checkpoint 1\nnumber %d\ntime %s\nchains %d\nlinks %d\nlast %d\nroot %s\nprevious %s\nkey %s\n" % (
        c["number"], c["time"], c["chains"], c["links"], c["last"], c["root"], c["previous"], c["key"])).encode()


def short(c):
    s = base64.b32encode(bytes.fromhex(sha(text_of(c)))[:10]).decode()
    return "%d-%s-%s-%s-%s" % (c["number"], s[:4], s[4:8], s[8:12], s[12:])


def keys_of(pem):
    """Public keys of PEM blocks: the last 32 bytes of each DER."""
    out = {}
    for block in pem.split("-----BEGIN PUBLIC KEY-----")[1:]:
        key = base64.b64decode("".join(block.split("-----END")[0].split()))[-32:]
        out[sha(key)[:16]] = key
    return out


def good(c, keys):
    try:
        sig = base64.b64decode(c["signature"], validate=True)
    except ValueError:
        return False
    return c["key"] in keys and signed(keys[c["key"]], text_of(c), sig)


def fits(c, heads, last, before):
    return (c["previous"] == before and c["links"] == heads.links and c["chains"] == len(heads.of)
            and c["root"] == heads.root() and c["last"] == last)


def read_outside(path):
    """The file of checkpoints: traces, checkpoints, and the line that is damaged or 0."""
    heads, traces, pending, cps, last = Heads(), [], [], [], 0
    with open(path, "rb") as f:
        for line, b in enumerate(f, 1):
            if not b.endswith(b"\n"):
                break
            try:
                d = json.loads(b)
                if "link" in d:
                    t = d["link"]
                    _, n, before = heads.of.get(t["subject"], (0, 0, NONE))
                    if t["id"] <= last or t["n"] != n + 1:
                        return traces, cps, line
                    t["hash"] = link_hash(before, t["subject"], t["n"], t["digest"])
                    heads.put(t["subject"], t["n"], t["hash"])
                    last = t["id"]
                    pending.append(t)
                    continue
                c = d["checkpoint"]
                before = sha(text_of(cps[-1])) if cps else NONE
                if c["number"] != len(cps) + 1 or not fits(c, heads, last, before):
                    return traces, cps, line
                cps.append(c)
                traces, pending = traces + pending, []
            except (ValueError, KeyError, TypeError):
                return traces, cps, line
    return traces, cps, 0


class Verifier:
    def __init__(self, zip, keys, outside):
        self.zip, self.keys, self.outside, self.found = zip, keys, outside, []
        self.traces = {(t["subject"], t["n"]): t for t in (outside[0] if outside else [])}
        self.covered = outside[1][-1]["last"] if outside and outside[1] else 0
        self.sealed, self.rows = {}, 0

    def find(self, code, **where):
        self.found.append({"code": code, **{k: v for k, v in where.items() if v}})

    def lines(self, name):
        with self.zip.open(name) as f:
            for b in f:
                yield json.loads(b)

    def run(self):
        tables = json.loads(self.zip.read("manifest.json"))["tables"]
        self.cps = list(self.lines("checkpoints.jsonl"))
        self.checkpoints()
        self.links()
        self.kept = {t: [(r["key"], r["columns"]) for r in self.lines("rows/%s.jsonl" % t)] for t in tables}
        for table in tables:
            for key, columns in self.kept[table]:
                self.row(table, key, columns)
        for (table, key), (_, subject, n, event) in sorted(self.sealed.items()):
            self.find("row_deleted", table=table, key=key, subject=subject, n=n, event=event)
        if self.outside and self.outside[2]:
            self.find("outside_damaged", n=self.outside[2])
        named = {(f.get("table"), f.get("key")) for f in self.found}
        mine, self.found = self.found, []
        self.papers()
        self.numbers()
        self.found = mine + [f for f in self.found if "table" not in f or (f["table"], f["key"]) not in named]

    def checkpoints(self):
        outside = {c["number"]: c for c in (self.outside[1] if self.outside else [])}
        self.bad, before, number, known = set(), NONE, 0, len(outside)

        def name(code, n):
            self.bad.add(n)
            self.find(code, checkpoint=n)
        for c in self.cps:
            number += 1
            while number < c["number"] and number <= len(self.cps) + known:
                name("checkpoint_missing", number)
                before, number = "", number + 1
            number = c["number"]
            kept = outside.pop(number, None)
            if kept and text_of(kept) != text_of(c):
                name("checkpoint_differs", number)
            elif self.keys and c["key"] not in self.keys:
                name("checkpoint_key", number)
            elif self.keys and not good(c, self.keys):
                name("checkpoint_signature", number)
            elif before and c["previous"] != before:
                name("checkpoint_order", number)
            before = "" if number in self.bad else sha(text_of(c))
        for n in sorted(outside):
            if n not in self.bad:
                name("checkpoint_missing", n)
                if self.keys and not good(outside[n], self.keys):
                    self.find("outside_signature", checkpoint=n)

    def roots(self, id):
        while self.looked < len(self.cps) and self.cps[self.looked]["last"] < id:
            c = self.cps[self.looked]
            self.looked += 1
            h = self.heads
            if not self.unlike and c["number"] not in self.bad and (c["root"] != h.root() or c["links"] != h.links or c["chains"] != len(h.of)):
                self.unlike = c["number"]

    def links(self):
        self.heads, self.looked, self.unlike, self.tainted, last = Heads(), 0, 0, False, 0
        seen, stored = set(), {}
        for l in self.lines("links.jsonl"):
            self.roots(l["id"])
            subject, n, hash, digest = l["subject"], l["n"], l["hash"], sha(l["record"].encode())
            _, end, before = self.heads.of.get(subject, (0, 0, NONE))
            trace = self.traces.get((subject, n))

            def name(code):
                self.tainted = True
                self.find(code, subject=subject, n=n, event=trace.get("event", 0) if trace else 0)
            try:
                record = json.loads(l["record"])
                event = record.get("event", 0)
                for table, key, row in record["rows"]:
                    self.sealed[table, key] = (row, subject, n, event)
            except (ValueError, KeyError, TypeError, AttributeError):
                record = None
            twice = (subject, n) in seen
            seen.add((subject, n))
            strange = trace is not None and trace["digest"] != digest
            if twice or n <= end or l["id"] <= last:
                name("link_order")
                continue
            if strange and n > end + 1 and (subject, end + 1) in self.traces:
                name("link_rewritten")
                continue
            last = l["id"]
            if n > end + 1:
                self.tainted = True
                if (subject, end + 1) not in self.traces:
                    self.find("link_missing", subject=subject, n=end + 1)
                gap = self.traces.get((subject, n - 1))
                before = gap["hash"] if gap else ""
            was = stored.get(subject)
            if strange and trace["hash"] != hash:
                name("link_rewritten")
            elif not trace and self.outside and l["id"] <= self.covered:
                name("link_added")
            elif before and hash != link_hash(before, subject, n, digest):
                if trace and not strange and was and was != before and hash == link_hash(was, subject, n, digest):
                    self.tainted = True  # only computed anew after another was rewritten
                else:
                    name("link_edited")
            stored[subject] = hash
            self.heads.put(subject, n, trace["hash"] if trace else hash)
            if record is None:
                name("link_unreadable")
        self.roots(1 << 63)
        for t in self.outside[0] if self.outside else []:
            if (t["subject"], t["n"]) not in seen:
                self.tainted = True
                self.find("link_missing", subject=t["subject"], n=t["n"], event=t.get("event", 0))
        if self.unlike and not self.tainted:
            self.find("checkpoint_root", checkpoint=self.unlike)
        out = self.outside[1] if self.outside else []
        if out and last < self.covered and (not self.cps or self.cps[-1]["number"] < out[-1]["number"]):
            self.find("rolled_back", checkpoint=out[-1]["number"])

    def row(self, table, key, columns):
        self.rows += 1
        kept = self.sealed.pop((table, key), None)
        if kept is None:
            self.find("row_added", table=table, key=key)
        elif kept[0] != row_digest(table, columns):
            self.find("row_edited", table=table, key=key, subject=kept[1], n=kept[2], event=kept[3])

    def papers(self):
        self.borne = set()
        names = set(self.zip.namelist())
        for key, columns in self.kept.get("papers", []):
            row = {c[0]: c[2] for c in columns}
            try:
                body = json.loads(row["body"])
            except ValueError:
                continue
            self.borne.add((body["issuer"], body.get("number", "")))
            name = "papers/%s.pdf" % urllib.parse.quote(key, safe="$&+:=@")
            carried = sha(self.zip.read(name)) if name in names else body["sha256"]
            if row["pdf"] != body["sha256"] or carried != body["sha256"]:
                self.find("paper_bytes", table="papers", key=key)

    def numbers(self):
        books = {}
        for key, columns in self.kept.get("numbers", []):
            r = {c[0]: c[2] for c in columns}
            books.setdefault((r["issuer"], r["year"]), []).append((key, r))
        for issuer, year in sorted(books):
            texts, taken, typed = set(), {}, set()
            for key, r in books[issuer, year]:
                n, drawn, series = int(r["n"]), r["typed"] == "0", taken.setdefault(r["series"], set())
                if r["text"] in texts or drawn and n in series:
                    self.find("number_double", table="numbers", key=key)
                elif r["state"] == "void" and not r["reason"]:
                    self.find("number_reason", table="numbers", key=key)
                elif r["state"] == "used" and (issuer, r["text"]) not in self.borne:
                    self.find("number_unused", table="numbers", key=key)
                texts.add(r["text"])
                (series if drawn else typed).add(n)
            for series in sorted(taken):
                for n in range(1, max(taken[series], default=0)):
                    if n not in taken[series] and n not in typed:
                        self.find("number_gap", subject=issuer + "/" + year, key=series, n=n)


def root_by(node, i, size, path):
    path = list(path)
    if not 0 <= i < size:
        return ""
    while size > 1:
        if i ^ 1 < size:
            if not path or len(path[0]) != 64:
                return ""
            beside = bytes.fromhex(path.pop(0))
            node = join(beside, node) if i % 2 else join(node, beside)
        i, size = i // 2, (size + 1) // 2
    return "" if path else node.hex()


def check_proof(p, keys):
    """Gives the step at which a proof fails, or nothing."""
    cps = p["checkpoints"]
    if p["format"] != "capdo-proof 1" or not cps:
        return "format"
    for i, c in enumerate(cps):
        if not good(c, keys):
            return "signature"
        if i and (c["previous"] != sha(text_of(cps[i - 1])) or c["number"] != cps[i - 1]["number"] + 1):
            return "checkpoints"
    if p["kind"] == "inclusion" and len(cps) == 1:
        q = p["inclusion"]
        if [q["table"], q["key"], row_digest(q["table"], q["columns"])] not in json.loads(q["record"])["rows"]:
            return "row"
        n, hash = q["n"], link_hash(q["previous"], q["subject"], q["n"], sha(q["record"].encode()))
        for digest in q["later"]:
            n += 1
            hash = link_hash(hash, q["subject"], n, digest)
        return "" if root_by(leaf(q["subject"], n, hash), q["place"], cps[0]["chains"], q["path"]) == cps[0]["root"] else "root"
    if p["kind"] != "consistency":
        return "format"
    old, now, before, after = Heads(), Heads(), 0, 0
    for g in p["growth"]:
        n, hash = g["n"], g["hash"]
        if n > 0:
            old.put(g["subject"], n, hash)
        before += n
        for digest in g["added"]:
            n += 1
            hash = link_hash(hash, g["subject"], n, digest)
        if n == 0 or g["subject"] in now.of:
            return "chain " + g["subject"]
        now.put(g["subject"], n, hash)
        after += n
    if old.root() != cps[0]["root"] or before != cps[0]["links"]:
        return "root of the first checkpoint"
    return "" if now.root() == cps[-1]["root"] and after == cps[-1]["links"] else "root of the last checkpoint"


def main():
    args = argparse.ArgumentParser()
    args.add_argument("file")
    args.add_argument("--public-key")
    args.add_argument("--checkpoints")
    args.add_argument("--json", action="store_true")
    a = args.parse_args()
    keys = {}
    if a.public_key:
        with open(a.public_key, encoding="ascii") as f:
            keys = keys_of(f.read())
    if not zipfile.is_zipfile(a.file):
        with open(a.file, encoding="utf-8") as f:
            proof = json.load(f)
        step = check_proof(proof, keys)
        print("the proof fails at: " + step if step else "proved up to checkpoint " + short(proof["checkpoints"][-1]))
        return 1 if step else 0
    with zipfile.ZipFile(a.file) as z:
        if len(set(z.namelist())) != len(z.namelist()):
            raise ValueError("a name is in the export twice")
        if not a.public_key:
            keys = keys_of(z.read("public-key.pem").decode())
            print("the key is the export's own: name yours with --public-key", file=sys.stderr)
        v = Verifier(z, keys, read_outside(a.checkpoints) if a.checkpoints else None)
        v.run()
    if a.json:
        print(json.dumps(v.found, ensure_ascii=False))
    else:
        for f in v.found:
            print(" ".join("%s=%s" % kv for kv in f.items()))
        last = short(v.cps[-1]) if v.cps else "none"
        print("%s: %d rows, %d links, %d chains, last checkpoint %s" % (
            "NOT as sealed" if v.found else "all as sealed", v.rows, v.heads.links, len(v.heads.of), last))
    return 1 if v.found else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ValueError, KeyError, TypeError) as e:
        print("cannot verify:", repr(e), file=sys.stderr)
        sys.exit(2)
