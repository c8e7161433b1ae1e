import { expect, test } from 'vitest'
import { decryptRc2 } from './rc2.ts'

// RFC 2268, chapter 5: one block each.
test.each([
  ['0000000000000000', 63, 'ebb773f993278eff', '0000000000000000'],
  ['ffffffffffffffff', 64, '278b27e42e2f0d49', 'ffffffffffffffff'],
  ['3000000000000000', 64, '30649edf9be7d2c2', '1000000000000001'],
  ['88', 64, '61a8a244adacccf0', '0000000000000000'],
  ['88bca90e90875a7f0f79c384627bafb2', 128, '2269552ab0f85ca6', '0000000000000000'],
])('key %s with %i bits opens %s', (key, bits, encrypted, plain) => {
  // With the plain text as initial vector, but for a whole block of padding, the block decrypts to that padding.
  const iv = Buffer.from(plain, 'hex').map((byte) => byte ^ 8)
  const opened = decryptRc2(Buffer.from(key, 'hex'), bits, Buffer.from(iv), Buffer.from(encrypted, 'hex'))
  expect(opened).toHaveLength(0)
})
