import { expect, test } from 'vitest'
import { waitedForIn } from './waits-for.ts'

const inShell = (script: string) => waitedForIn(['sh', '-c', script])

test.each([
  ['until nc -z postgresql 5432; do echo waiting; sleep 2; done', [{ host: 'postgresql', port: 5432 }]],
  ['while ! nc -zv -w 2 db.shop 3306; do sleep 1; done', [{ host: 'db.shop', port: 3306 }]],
  [
    'until nslookup mydb.shop.svc.cluster.local; do sleep 2; done',
    [{ host: 'mydb.shop.svc.cluster.local', port: null }],
  ],
  ['until pg_isready -h db -p 5433 -U me; do sleep 1; done', [{ host: 'db', port: 5433 }]],
  ['until pg_isready -h db; do sleep 1; done', [{ host: 'db', port: 5432 }]],
  ['until getent hosts queue; do sleep 1; done', [{ host: 'queue', port: null }]],
  ['until (echo > /dev/tcp/kafka/9092) 2>/dev/null; do sleep 1; done', [{ host: 'kafka', port: 9092 }]],
  ['until curl -sf http://auth:8080/ready; do sleep 1; done', [{ host: 'auth', port: 8080 }]],
  ['until nc -z $DB_HOST 5432; do sleep 1; done', []],
  ['until nc -z 10.0.0.7 5432; do sleep 1; done', []],
  ['nc -l -p 8080', []],
  ['getent passwd root', []],
  ['echo done', []],
])('%s', (script, expected) => {
  expect(inShell(script)).toEqual(expected)
})

test('words of their own', () => {
  expect(waitedForIn(['nc', '-z', 'db', '5432'])).toEqual([{ host: 'db', port: 5432 }])
  expect(waitedForIn(['/wait-for-it.sh', 'db:5432', '--', 'true'])).toEqual([{ host: 'db', port: 5432 }])
  expect(waitedForIn([])).toEqual([])
})

test('a long script is read in linear time', () => {
  expect(inShell('nc '.repeat(50_000))).toEqual([])
  expect(inShell('/dev/tcp/'.repeat(20_000))).toEqual([])
})
