"""A TCP proxy of the test's own: passes bytes on late and in pieces, and cuts connections, by the dice of a seed."""

import asyncio
import contextlib
import random
import threading

PIECE_MAX = 4096
LATE_S = 0.05
ADDRESS = "127.0.0.2"


class Proxy:
    """Listens on ADDRESS at the broker's own ports, since a client takes the feed's port from its WELCOME. Lives on a
    thread of its own; the methods may be called from any."""

    def __init__(self, ports: list[int], seed: int, late: float = 0.2, cut: float = 0.0005):
        self.ports, self.chance, self.late, self.cut = ports, random.Random(seed), late, cut
        self.cuts, self.writers, self.may_flow = 0, set(), None
        self.is_ready = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.serve()), daemon=True)

    def __enter__(self):
        self.thread.start()
        self.is_ready.wait()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.end.set)
        self.thread.join()

    @property
    def server(self) -> str:
        return f"tcp://{ADDRESS}:{self.ports[0]}"

    async def serve(self) -> None:
        self.loop, self.end, self.may_flow = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        self.may_flow.set()
        for port in self.ports:
            await asyncio.start_server(lambda reader, writer, port=port: self.connect(reader, writer, port), ADDRESS, port)
        self.is_ready.set()
        await self.end.wait()

    async def connect(self, reader, writer, port: int) -> None:
        try:
            there = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return writer.close()
        self.writers |= {writer, there[1]}
        await asyncio.gather(self.pass_on(reader, there[1]), self.pass_on(there[0], writer))
        self.writers -= {writer, there[1]}

    async def pass_on(self, reader, writer) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(self.chance.randrange(1, PIECE_MAX)):
                await self.may_flow.wait()
                if self.chance.random() < self.late:
                    await asyncio.wait([asyncio.ensure_future(self.end.wait())],
                                       timeout=self.chance.uniform(0, LATE_S))
                if self.chance.random() < self.cut:
                    self.cuts += 1
                    piece = piece[:self.chance.randrange(len(piece))]
                    writer.write(piece)
                    break
                writer.write(piece)
                await writer.drain()
        writer.close()

    def cut_all(self) -> None:
        def cut() -> None:
            for writer in list(self.writers):
                writer.transport.abort()

        self.loop.call_soon_threadsafe(cut)

    def hold(self) -> None:
        """Nothing passes until let_flow(): a line that is there and silent."""
        self.loop.call_soon_threadsafe(self.may_flow.clear)

    def let_flow(self) -> None:
        self.loop.call_soon_threadsafe(self.may_flow.set)
