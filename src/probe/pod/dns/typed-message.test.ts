import { encode } from 'dns-packet'
import { expect, it } from 'vitest'
import { questionsOf, replyTo } from './typed-message.ts'

it('a name in an answer stays one word on one line', () => {
  const asked = questionsOf('www.example.com.', ['CNAME'])
  const bytes = encode({
    id: asked[0]?.id ?? 0,
    type: 'response',
    questions: [{ type: 'CNAME', name: 'www.example.com' }],
    answers: [{ type: 'CNAME', name: 'www.example.com', ttl: 5, data: 'a\n\u001B[2Jall is well.test' }],
  })
  expect(replyTo(asked, bytes)?.reply.records).toMatchObject([{ data: 'a\\010\\027[2Jall\\032is\\032well.test' }])
})
