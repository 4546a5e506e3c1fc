// Reads {"leaf": "…", "presentations": [["disclosure", …], …]} from standard input, makes the leaf, byte for byte, the
// payload of a JWS, and prints the claims that @sd-jwt/core sees in each presentation, null where it refuses.
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { SDJwtInstance } from '@sd-jwt/core';

const { leaf, presentations } = JSON.parse(await text(process.stdin));
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const b64 = (s) => Buffer.from(s).toString('base64url');
const signed = b64(JSON.stringify({ alg: 'EdDSA', typ: 'iskurctl-audit+sd-jwt' })) + '.' + b64(leaf);
const jws = signed + '.' + b64(sign(null, Buffer.from(signed), privateKey));

const sdjwt = new SDJwtInstance({
  hashAlg: 'sha-256',
  hasher: (data, alg) => createHash(alg.replace('-', '')).update(typeof data === 'string' ? data : Buffer.from(data)).digest(),
  verifier: (data, sig) => verify(null, Buffer.from(data), publicKey, Buffer.from(sig, 'base64url')),
});
const claims = [];
for (const p of presentations) {
  try {
    claims.push((await sdjwt.verify([jws, ...p, ''].join('~'))).payload);
  } catch (e) {
    process.stderr.write(`refused: ${e.message}\n`);
    claims.push(null);
  }
}
process.stdout.write(JSON.stringify(claims));
