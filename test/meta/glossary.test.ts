import { expect, test } from 'vitest'
import { filesIn, read } from './sources.ts'

/**
 * Words that CONTRIBUTING's glossary has others for: Kubernetes, CoreDNS and glibc write timeout, rollout, restart,
 * create again, fix. In pages, and in the texts of the program; a comment may say what it likes.
 */
const avoided = /\b(?:anew|mend(?:s|ed)?|time-outs?|roll-outs?|plug-ins?|look-ups?|nothing of trouble)\b/i

/** Texts in quotes and templates: what stands behind `//`, or in a line of a comment, is for who writes here. */
const isComment = /^\s*(?:\/?\*|\/\/)/

const written = [
  ...filesIn('src', (path) => path.endsWith('.md')),
  ...filesIn('src', (path) => path.endsWith('.ts') && !path.endsWith('.test.ts')),
  ...filesIn('docs', (path) => /^docs\/[^/]+\.md$/.test(path)),
  'README.md',
]

test('pages and texts use the words of the glossary', () => {
  const found = written.flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, index) => {
        const isRead = path.endsWith('.md') || (!isComment.test(line) && /['"`]/.test(line))
        return isRead && avoided.test(line) ? [`${path}:${index + 1}: ${avoided.exec(line)?.[0]}`] : []
      }),
  )
  expect(written.length).toBeGreaterThan(500)
  expect(found).toEqual([])
})
