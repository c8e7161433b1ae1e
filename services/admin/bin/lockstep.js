#!/usr/bin/env node
// In a language that old versions of Node understand, so that they can say what is the matter.
const needed = 26

if (parseInt(process.versions.node) < needed) {
  process.stderr.write(
    `lockstep needs Node ${needed} or newer, and this is ${process.versions.node}. ` +
      'In the repository run "npx --yes pnpm@12.21.0 lockstep", which brings its own Node; ' +
      'elsewhere install a newer Node, or use the container image.\n',
  )
  process.exitCode = 78
} else {
  await import('../src/main.ts')
}
