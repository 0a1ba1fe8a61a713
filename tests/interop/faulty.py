# SPDX-License-Identifier: GPL-3.0-or-later
"""faulty.py ADDRESS PORT CERTIFICATE KEY MOOD: a resolver over TLS that answers every question with the same address, in
the mood that the file says at that moment:

    good      at once
    slow      after two seconds
    wrong-id  with another ID
    wrong-question  with another name
    garbage   octets of no meaning, framed as an answer
    noise     octets of no meaning, and no frame
"""

import asyncio
import os
import ssl
import struct
import sys
from pathlib import Path

ANSWER = struct.pack("!HHHIH4B", 0xC00C, 1, 1, 60, 4, 203, 0, 113, 99)
SLOW_S = 2


def make_answer(query, mood):
    end = query.index(0, 12) + 5
    question = query[12:end]
    if mood == "wrong-question":
        question = bytes([question[0]]) + bytes([question[1] ^ 1]) + question[2:]
    number = struct.unpack("!H", query[:2])[0] ^ (1 if mood == "wrong-id" else 0)
    return struct.pack("!HHHHHH", number, 0x8180, 1, 1, 0, 0) + question + ANSWER


async def answer(query, writer, mood):
    if mood == "slow":
        await asyncio.sleep(SLOW_S)
    reply = os.urandom(80) if mood in ("garbage", "noise") else make_answer(query, mood)
    if not writer.is_closing():
        writer.write(reply if mood == "noise" else struct.pack("!H", len(reply)) + reply)


def serve(mood_path):
    async def client(reader, writer):
        under_way = set()
        try:
            while True:
                query = await reader.readexactly(*struct.unpack("!H", await reader.readexactly(2)))
                task = asyncio.create_task(answer(query, writer, mood_path.read_text(encoding="ascii")))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
        except (asyncio.IncompleteReadError, OSError):
            writer.close()
    return client


async def main():
    address, port, certificate, key, mood = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = await asyncio.start_server(serve(Path(mood)), address, int(port), ssl=context)
    print("serving", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
