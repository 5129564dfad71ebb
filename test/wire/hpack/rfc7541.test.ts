import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { HpackDecoder } from '../../../src/wire/h2/hpack/decoder.js';
import { HpackError } from '../../../src/wire/h2/hpack/hpack-error.js';

function bytes(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}

function decode(decoder: HpackDecoder, hex: string): string[] {
  const block = bytes(hex);
  const { names, values } = decoder.decode(block, 0, block.length);
  return names.map((name, index) => `${name}: ${values[index]!}`);
}

function decoder(): HpackDecoder {
  return new HpackDecoder(65536);
}

const GET_EXAMPLE = [
  ':method: GET',
  ':scheme: http',
  ':path: /',
  ':authority: www.example.com',
] as const;
const REQUESTS = [
  [...GET_EXAMPLE],
  [...GET_EXAMPLE, 'cache-control: no-cache'],
  [
    ':method: GET',
    ':scheme: https',
    ':path: /index.html',
    ':authority: www.example.com',
    'custom-key: custom-value',
  ],
];
const RESPONSES = [
  [
    ':status: 302',
    'cache-control: private',
    'date: Mon, 21 Oct 2013 20:13:21 GMT',
    'location: https://www.example.com',
  ],
  [
    ':status: 307',
    'cache-control: private',
    'date: Mon, 21 Oct 2013 20:13:21 GMT',
    'location: https://www.example.com',
  ],
  [
    ':status: 200',
    'cache-control: private',
    'date: Mon, 21 Oct 2013 20:13:22 GMT',
    'location: https://www.example.com',
    'content-encoding: gzip',
    'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
  ],
];

describe('RFC 7541, appendix C', () => {
  it('C.1: integers', () => {
    // 1337 in a five-bit prefix, as a table size update: accepted at that limit, refused below.
    const at = decoder();
    at.limitTable(1337);
    assert.deepEqual(decode(at, '3f9a0a'), []);
    const below = decoder();
    below.limitTable(1336);
    assert.throws(() => decode(below, '3f9a0a'), HpackError);
  });

  it('C.2: the four representations', () => {
    assert.deepEqual(
      decode(decoder(), '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572'),
      ['custom-key: custom-header'],
    );
    assert.deepEqual(decode(decoder(), '040c 2f73 616d 706c 652f 7061 7468'), [
      ':path: /sample/path',
    ]);
    assert.deepEqual(decode(decoder(), '1008 7061 7373 776f 7264 0673 6563 7265 74'), [
      'password: secret',
    ]);
    assert.deepEqual(decode(decoder(), '82'), [':method: GET']);
  });

  it('C.3: requests without Huffman coding', () => {
    const one = decoder();
    assert.deepEqual(
      [
        '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
        '8286 84be 5808 6e6f 2d63 6163 6865',
        '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
      ].map((hex) => decode(one, hex)),
      REQUESTS,
    );
  });

  it('C.4: requests with Huffman coding', () => {
    const one = decoder();
    assert.deepEqual(
      [
        '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
        '8286 84be 5886 a8eb 1064 9cbf',
        '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
      ].map((hex) => decode(one, hex)),
      REQUESTS,
    );
  });

  it('C.5: responses without Huffman coding, evicting from a table of 256 bytes', () => {
    const one = decoder();
    one.limitTable(256);
    assert.deepEqual(
      [
        `4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a
         3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
        '4803 3330 37c1 c0bf',
        `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04
         677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49
         553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31`,
      ].map((hex) => decode(one, hex.replaceAll(/\s/g, ''))),
      RESPONSES,
    );
  });

  it('C.6: responses with Huffman coding, evicting from a table of 256 bytes', () => {
    const one = decoder();
    one.limitTable(256);
    assert.deepEqual(
      [
        `4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e
         919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3`,
        '4883 640e ffc1 c0bf',
        `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7
         821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed
         4ee5 b106 3d50 07`,
      ].map((hex) => decode(one, hex.replaceAll(/\s/g, ''))),
      RESPONSES,
    );
  });
});

describe('what RFC 7541 forbids', () => {
  const cases: [string, string][] = [
    ['index 0', '80'],
    ['an index beyond both tables', 'be'],
    ['a name index beyond both tables', '7f00 0161'],
    ['a table size update above the limit', '3fe21f'],
    ['a table size update after a field', '8220'],
    ['an integer cut short', 'ff'],
    ['an integer larger than 2^28', 'ffffffffff7f'],
    ['an endless integer', `ff${'80'.repeat(64)}00`],
    ['a string cut short', '0005 6162'],
    ['a name without a value', '0001 61'],
    ['a Huffman string padded with zeros', '0001 6181 00'],
    ['a Huffman string with eight bits of padding', '0001 6182 1fff'],
    ['a Huffman string that holds EOS', '0001 6184 ffff ffff'],
  ];
  for (const [what, hex] of cases) {
    it(what, () => {
      assert.throws(() => decode(decoder(), hex), HpackError);
    });
  }
});

describe('table size', () => {
  it('after a lower limit, an encoder that has inserted must announce it', () => {
    const one = decoder();
    decode(one, '4001 6101 62');
    one.limitTable(0);
    assert.throws(() => decode(one, '82'), /no table size update/);
  });

  it('after a lower limit, the announcement empties the table', () => {
    const one = decoder();
    decode(one, '4001 6101 62');
    one.limitTable(0);
    assert.equal(one.isStateless, false);
    assert.deepEqual(decode(one, '20 82'), [':method: GET']);
    assert.equal(one.isStateless, true);
    assert.throws(() => decode(one, 'be'), HpackError);
  });

  it('an encoder that has inserted nothing need not announce', () => {
    const one = decoder();
    one.limitTable(0);
    assert.equal(one.isStateless, true);
    assert.deepEqual(decode(one, '82'), [':method: GET']);
  });

  it('an entry larger than the table empties it', () => {
    const one = decoder();
    one.limitTable(64);
    decode(one, '4001 6101 62');
    decode(one, `4001 6140 ${'62'.repeat(64)}`);
    assert.throws(() => decode(one, 'be'), HpackError);
  });

  it('drops the fields beyond its limit and says so', () => {
    const small = new HpackDecoder(100);
    const block = bytes('0001 6101 62'.replaceAll(' ', '').repeat(5));
    const list = small.decode(block, 0, block.length);
    assert.equal(list.truncated, true);
    assert.equal(list.names.length, 2);
    assert.equal(list.listBytes, 5 * 34);
  });
});
