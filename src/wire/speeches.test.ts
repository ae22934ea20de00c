import { expect, it } from 'vitest'
import { destinationsIn } from './destinations.ts'
import { speechOf } from './speeches.ts'

it.each([
  ['amqps', 'amqp'],
  ['postgresql+asyncpg', 'postgres'],
  ['http', null],
  ['constructor', null],
  ['', null],
])('%s is %s', (scheme, speech) => {
  expect(speechOf(scheme)).toBe(speech)
})

it('is kept of a URL, and the replica set of a MongoDB one', () => {
  expect(destinationsIn('URL', 'amqp://rabbitmq:15672')).toMatchObject([{ host: 'rabbitmq', speaks: 'amqp' }])
  const members = 'mongodb://u:p@mongo-0.mongo:27017,mongo-1.mongo:27017/app?w=1&replicaSet=rs1&ssl=false'
  expect(destinationsIn('MONGO_URL', members)).toMatchObject([
    { host: 'mongo-0.mongo', replicaSet: 'rs1' },
    { host: 'mongo-1.mongo' },
  ])
  expect(destinationsIn('URL', 'http://a:80?replicaSet=rs1')[0]).not.toHaveProperty('replicaSet')
})
