"""An encrypted broker's two ports, one socket at a time: what is said there, and what is not answered."""

import msgpack
import zmq
from palabre_harness import Broker
from wire_client import Dealer, Keys, NoReply, token_of

SILENCE_S = 1.5


def ask(dealer: Dealer, timeout: float = 10, **request) -> dict:
    dealer.send(msgpack.packb({"request": 1, **request}))
    return dealer.reply(timeout)


def hello(dealer: Dealer, name: str, **more) -> dict:
    return ask(dealer, type="hello", version=1, name=name, **more)


def gets_no_answer(dealer: Dealer) -> bool:
    try:
        hello(dealer, "mallory", token=token_of("mallory"), timeout=SILENCE_S)
    except NoReply:
        return True
    return False


def listener(broker: Broker, keys: Keys | None) -> zmq.Socket:
    feed = zmq.Context.instance().socket(zmq.SUB)
    feed.linger = 0
    if keys:
        keys.encrypt(feed)
    feed.subscribe(b"")
    feed.connect(f"tcp://127.0.0.1:{broker.feed_port}")
    return feed
