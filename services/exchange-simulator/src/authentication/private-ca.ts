import { webcrypto } from 'node:crypto'

/** A certificate authority that nobody else has, and a server certificate signed by it. All PEM. */
export type PrivateCa = { readonly ca: string; readonly certificate: string; readonly key: string }

const signing = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const days = (count: number): Date => new Date(Date.now() + count * 86_400_000)

/** Makes a CA and a server certificate for these host names and addresses. Nothing of the CA's key is kept. */
export async function createPrivateCa(hosts: readonly string[]): Promise<PrivateCa> {
  // Loaded only where HTTPS is wanted. The library registers classes with a polyfill that must come first.
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  x509.cryptoProvider.set(webcrypto)
  const [caKeys, keys] = await Promise.all([newKeys(), newKeys()])
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Exchange simulator CA, O=Lockstep',
    keys: caKeys,
    notBefore: days(-1),
    notAfter: days(365),
    signingAlgorithm: signing,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  })
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'CN=exchange.contoso.example',
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    notBefore: days(-1),
    notAfter: days(365),
    signingAlgorithm: signing,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        hosts.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? 'ip' : 'dns', value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  })
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return {
    ca: ca.toString('pem'),
    certificate: certificate.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${pkcs8.replaceAll(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`,
  }
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(signing, true, ['sign', 'verify'])
}
