"""What Python's safetensors says of the files of `qa fuzz --safetensors 4000 --corpus CORPUS`, beside our verdicts.

Prints the agreement and every kind of disagreement; with a third argument writes Python's verdicts for the test beside the fuzzer.

usage: python encoder_safetensors_verdicts.py CORPUS [apps/qa/fixtures/safetensors-verdicts.json]
"""
import base64, collections, hashlib, json, re, struct, sys
import safetensors

data = open(sys.argv[1], 'rb').read()
at, verdicts, ours, kinds, shown = 0, [], [], collections.Counter(), {}
while at < len(data):
    length, verdict = struct.unpack_from('<IB', data, at)
    file = data[at + 5:at + 5 + length]; at += 5 + length
    try: safetensors.deserialize(file); theirs, why = True, ''
    except Exception as error: theirs, why = False, str(error)
    verdicts.append(theirs); ours.append(bool(verdict))
    if theirs != bool(verdict):
        # The format's text forbids the first two, JavaScript's numbers do not hold the third; the library lets them pass.
        header = file[8:8 + struct.unpack_from('<Q', file)[0]]
        pairs = []
        try: json.loads(header, object_pairs_hook=lambda p: pairs.append([k for k, _ in p]) or dict(p))
        except Exception: pass
        kind = 'we refuse: white space before {' if theirs and not header.startswith(b'{') else \
               'we refuse: a name twice' if theirs and any(len(set(p)) < len(p) for p in pairs) else \
               'we refuse: an extent beyond 2^53' if theirs and any(int(n) > 2 ** 53 for n in re.findall(rb'\b\d{16,20}\b', header)) else \
               f'we {"refuse" if theirs else "accept"}: other'
        kinds[kind] += 1; shown.setdefault(kind, (len(verdicts) - 1, header[:200], why))
same = sum(a == b for a, b in zip(verdicts, ours))
print(f'safetensors {safetensors.__version__}: {len(verdicts)} files, {sum(verdicts)} accepted there, {sum(ours)} here, {same} verdicts equal')
for kind, count in kinds.items(): print(f'  {kind}: {count}, first file {shown[kind]}')
if len(sys.argv) > 2:
    bits = bytes(sum(1 << i for i, v in enumerate(verdicts[k:k + 8]) if v) for k in range(0, len(verdicts), 8))
    bare = b''; at = 0
    while at < len(data):
        length, = struct.unpack_from('<I', data, at); bare += data[at + 5:at + 5 + length]; at += 5 + length
    json.dump({'made_with': f'safetensors {safetensors.__version__}', 'files': len(verdicts), 'sha256': hashlib.sha256(bare).hexdigest(),
               'accepted': base64.b64encode(bits).decode()}, open(sys.argv[2], 'w'))
