export { scriptDigest } from './script-digest.ts'
