// Reads [{"vkey": "…", "proof": "…", "leaf": "<base64>"}, …] from standard input: a verifier key, a .tlog-proof and the entry
// it is of. Has @sigstore/verify check the checkpoint's signature by that key and the way from the entry to its root, and
// prints for each null, or what it refuses it for.
import { createHash, createPublicKey } from 'node:crypto';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const require = createRequire(import.meta.url);
const { verifyCheckpoint } = require('@sigstore/verify/dist/tlog/checkpoint.js');
const { verifyMerkleInclusion } = require('@sigstore/verify/dist/tlog/merkle.js');

// The key of a signed note: name+number+base64 of a type byte and 32 bytes.
function trusted(vkey) {
  const [name, , ...rest] = vkey.trim().split('+');
  const raw = Buffer.from(rest.join('+'), 'base64');
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw.subarray(1)]);
  return {
    baseURL: name,
    logID: createHash('sha256').update(name + '\n').update(raw).digest(),
    publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }),
  };
}

function check({ vkey, proof, leaf }) {
  const at = proof.indexOf('\n\n');
  const [, index, ...hashes] = proof.slice(0, at).split('\n');
  const inclusionProof = {
    logIndex: index.replace(/^index /, ''),
    hashes: hashes.map((h) => Buffer.from(h, 'base64')),
    checkpoint: { envelope: proof.slice(at + 2) },
  };
  const entry = { inclusionProof, canonicalizedBody: Buffer.from(leaf, 'base64') };
  verifyMerkleInclusion(entry, verifyCheckpoint(entry, [trusted(vkey)]));
}

const verdicts = [];
for (const subject of JSON.parse(await text(process.stdin))) {
  try {
    check(subject);
    verdicts.push(null);
  } catch (e) {
    verdicts.push(e.code ?? String(e));
  }
}
process.stdout.write(JSON.stringify(verdicts));
