// Reads [{"vkey": "…", "token": "…"}, …] from standard input: a verifier key of the log and a receipt's SD-JWT as it stands in
// its file. Prints the header and the claims that @sd-jwt/core sees in each, null where it refuses.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { SDJwtInstance } from '@sd-jwt/core';

const seen = [];
for (const { vkey, token } of JSON.parse(await text(process.stdin))) {
  const raw = Buffer.from(vkey.trim().split('+').slice(2).join('+'), 'base64').subarray(1);
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]);
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const sdjwt = new SDJwtInstance({
    hashAlg: 'sha-256',
    hasher: (data, alg) => createHash(alg.replace('-', '')).update(typeof data === 'string' ? data : Buffer.from(data)).digest(),
    verifier: (data, sig) => verify(null, Buffer.from(data), publicKey, Buffer.from(sig, 'base64url')),
  });
  try {
    const { header, payload } = await sdjwt.verify(token);
    seen.push({ header, payload });
  } catch (e) {
    process.stderr.write(`refused: ${e.message}\n`);
    seen.push(null);
  }
}
process.stdout.write(JSON.stringify(seen));
