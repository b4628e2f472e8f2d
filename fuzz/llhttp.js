// Reads connections with llhttp, the parser that Node.js brings: for the fuzz target requests-twice.
//
// Standard input is a sequence of connections, each as its length in four bytes (big endian) and its bytes. Each gives
// one line of JSON on standard output: the requests that llhttp sees, [{method, target, fields: [[name, value]],
// closes, body (base64), isWhole, trailer (names in lower case)}].
'use strict';

const fs = require('fs');
const { HTTPParser, methods } = require('_http_common');

const pairs = (list) => list.flatMap((name, i) => (i % 2 ? [] : [[name, list[i + 1]]]));

function read(connection) {
  const requests = [];
  let early = []; // fields that arrive before the rest of a long head, and the trailers after a body
  let target = '';
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.REQUEST, {});
  parser[HTTPParser.kOnHeaders] = (fields, url) => {
    early = early.concat(fields);
    target += url;
  };
  parser[HTTPParser.kOnHeadersComplete] = (major, minor, fields, method, url, status, message, upgrade, keepsAlive) => {
    requests.push({
      method: methods[method],
      target: url || target,
      fields: pairs(early.concat(fields || [])),
      closes: !keepsAlive,
      body: [],
      isWhole: false,
      trailer: [],
    });
    early = [];
    target = '';
    return 0;
  };
  parser[HTTPParser.kOnBody] = (part) => requests.at(-1).body.push(Buffer.from(part));
  parser[HTTPParser.kOnMessageComplete] = () => {
    if (!requests.length) return;
    requests.at(-1).isWhole = true;
    requests.at(-1).trailer = pairs(early).map(([name]) => name.toLowerCase());
    early = [];
    target = ''; // it is repeated with the trailers
  };
  parser.execute(connection); // refused requests are missing from the result
  return requests.map((request) => ({ ...request, body: Buffer.concat(request.body).toString('base64') }));
}

function take(count) {
  const bytes = Buffer.alloc(count);
  for (let have = 0; have < count; ) {
    const got = fs.readSync(0, bytes, have, count - have, null);
    if (got === 0) process.exit(0);
    have += got;
  }
  return bytes;
}

for (;;) {
  const connection = take(take(4).readUInt32BE(0));
  fs.writeSync(1, JSON.stringify(read(connection)) + '\n');
}
