import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { krewManifest, platformOf } from './krew.ts'

const template = readFileSync(join(import.meta.dirname, '../deploy/krew.yaml'), 'utf8')
const archive = (target: string, hash: string) => ({
  platform: platformOf(target),
  file: `hopscope-1.2.3-${target}.tar.gz`,
  sha256: hash.repeat(64),
})

test('has an entry for each archive, in the words of krew', () => {
  const text = krewManifest(template, {
    version: '1.2.3',
    downloads: 'https://downloads.example.com/v1/',
    archives: [archive('linux-x64', 'a'), archive('windows-arm64', 'b')],
  })
  const entry = (os: string, arch: string, hash: string, bin: string) => ({
    selector: { matchLabels: { os, arch: arch === 'x64' ? 'amd64' : arch } },
    uri: `https://downloads.example.com/v1/hopscope-1.2.3-${os}-${arch}.tar.gz`,
    sha256: hash.repeat(64),
    bin,
    files: [{ from: '*', to: '.' }],
  })
  expect(text).toMatch(/^apiVersion: krew\.googlecontainertools\.github\.com\/v1alpha2\n/)
  expect(text).not.toContain('{{')
  expect(parse(text)).toMatchObject({
    kind: 'Plugin',
    metadata: { name: 'hopscope' },
    spec: {
      version: 'v1.2.3',
      platforms: [entry('linux', 'x64', 'a', 'hopscope'), entry('windows', 'arm64', 'b', 'hopscope.exe')],
    },
  })
})

test('a place that nothing fills, a template without platforms and an unknown target are refused', () => {
  const filled = { version: '1', downloads: 'https://d.example.com', archives: [archive('linux-x64', 'a')] }
  expect(() => krewManifest(`${template}      more: {{more}}\n`, filled)).toThrow('{{more}}')
  expect(() => krewManifest('spec:\n', filled)).toThrow('platforms')
  expect(() => platformOf('linux-ia32')).toThrow('no target linux-ia32')
})
