import { expect, test } from 'vitest'
import { imageProgram } from './image-program.ts'

test.each([
  ['neo4j', 'neo4j'],
  ['docker.io/library/neo4j:5.1', 'neo4j'],
  ['registry.example:5000/shop/Cart@sha256:0123', 'cart'],
  ['registry.example:5000/shop/cart:1@sha256:0123', 'cart'],
  ['', ''],
  ['shop/', ''],
])('%s runs %s', (image, program) => expect(imageProgram(image)).toBe(program))
