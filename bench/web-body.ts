/** How a body of gRPC-Web is written: as bytes, or as base64. */
export type WebForm = 'grpc-web' | 'grpc-web-text';

/** The type of answers, by their form. */
export const WEB_TYPES: Readonly<Record<WebForm, string>> = {
  'grpc-web': 'application/grpc-web+proto',
  'grpc-web-text': 'application/grpc-web-text+proto',
};

/** A message and trailers, each with its prefix; in text each a piece with its own padding, as Envoy has it. */
export function webBody(message: Buffer, form: WebForm): Buffer {
  const trailers = Buffer.from('grpc-status:0\r\n');
  const [ofMessage, ofTrailers] = [Buffer.alloc(5), Buffer.alloc(5, 0)];
  ofMessage.writeUInt32BE(message.length, 1);
  ofTrailers.writeUInt32BE(trailers.length, 1);
  ofTrailers[0] = 0x80;
  const pieces = [Buffer.concat([ofMessage, message]), Buffer.concat([ofTrailers, trailers])];
  if (form === 'grpc-web') return Buffer.concat(pieces);
  return Buffer.from(pieces.map((piece) => piece.toString('base64')).join(''));
}
