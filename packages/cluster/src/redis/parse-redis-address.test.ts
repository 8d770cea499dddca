import { describe, expect, it } from '@jest/globals';
import { parseRedisAddresses } from './parse-redis-address.ts';

const plain = { port: undefined, db: 0, isTls: false };

describe('parseRedisAddresses', () => {
  it.each([
    ['redis://redis', [{ ...plain, host: 'redis' }]],
    ['redis:6380', [{ ...plain, host: 'redis', port: 6380 }]],
    [
      'redis://default:p%40ss%2F@redis:6379/3',
      [{ ...plain, host: 'redis', port: 6379, username: 'default', password: 'p@ss/', db: 3 }],
    ],
    ['rediss://:secret@redis', [{ ...plain, host: 'redis', password: 'secret', isTls: true }]],
    ['redis://[::1]:7000', [{ ...plain, host: '::1', port: 7000 }]],
    [
      ' a:1 , redis://b:2 ,',
      [
        { ...plain, host: 'a', port: 1 },
        { ...plain, host: 'b', port: 2 },
      ],
    ],
  ])('reads %s', (address, expected) => {
    expect(parseRedisAddresses({ address })).toEqual(expected);
  });

  it.each([
    ['', 'REDIS_CONN_STRING is empty'],
    ['http://redis', 'REDIS_CONN_STRING, address 1: http:// is not known'],
    ['redis://', 'REDIS_CONN_STRING, address 1'],
    ['redis://redis/first', 'the database must be a number'],
    ['a:1,redis://b:port', 'REDIS_CONN_STRING, address 2 can not be read'],
    ['a:1,redis://b:2/1', 'a Redis Cluster has no database but 0'],
  ])('explains what is wrong with "%s"', (address, message) => {
    expect(() => parseRedisAddresses({ address })).toThrow(message);
  });

  it('allows a database with sentinels', () => {
    const addresses = parseRedisAddresses({ address: 'redis://a/2,b', masterName: 'main' });
    expect(addresses[0].db).toBe(2);
  });

  it.each(['redis://:top/secret@redis', 'redis://:100%@redis'])(
    'never repeats the password of %s',
    (address) => {
      const explain = () => parseRedisAddresses({ address });
      expect(explain).toThrow('REDIS_CONN_STRING');
      expect(explain).not.toThrow(/secret|100%@/);
    },
  );
});
