"""A small broker on Qpid Proton: an AMQP 1.0 implementation that shares no code with ours.

Queues exist when they are named. SASL ANONYMOUS, outcomes, credit, drain. Prints its port, ends with its standard input.
Run by ../proton.rs.
"""

import collections
import socket
import sys
import threading

from proton import Condition, Delivery
from proton.handlers import MessagingHandler
from proton.reactor import Container, EventInjector, ApplicationEvent


class Refusal(MessagingHandler):
    def __init__(self, link):
        super().__init__()
        self.link = link

    def on_timer_task(self, event):
        self.link.condition = Condition("amqp:not-found", "there is no such queue")
        self.link.close()


class Broker(MessagingHandler):
    def __init__(self):
        super().__init__(prefetch=0, auto_accept=False, auto_settle=False)
        self.queues = collections.defaultdict(collections.deque)
        self.receivers = collections.defaultdict(list)
        self.handed_out = {}
        self.next_tag = 0
        self.ends = EventInjector()

    def on_start(self, event):
        self.container = event.container
        self.acceptor = event.container.listen("127.0.0.1:0")
        event.container.selectable(self.ends)
        print(port_of(self.acceptor), flush=True)
        threading.Thread(target=self.wait_for_the_end, daemon=True).start()

    def wait_for_the_end(self):
        sys.stdin.read()
        self.ends.trigger(ApplicationEvent("the_end"))

    def on_the_end(self, event):
        self.container.stop()

    def on_link_opening(self, event):
        link = event.link
        if link.is_sender:
            link.source.address = link.remote_source.address
            link.target.address = link.remote_target.address
            self.receivers[link.source.address].append(link)
        else:
            link.source.address = link.remote_source.address
            link.target.address = link.remote_target.address
            if link.target.address == "nowhere":
                # Not here: the handler opens the link after this, whatever became of it.
                self.container.schedule(0, Refusal(link))
            else:
                link.flow(10)

    def on_message(self, event):
        link = event.link
        queue = link.target.address
        if event.message.id == "reject me":
            self.settle(event.delivery, Delivery.REJECTED)
        else:
            self.queues[queue].append(event.message)
            self.settle(event.delivery, Delivery.ACCEPTED)
        link.flow(1)
        for receiver in self.receivers[queue]:
            self.hand_out(receiver)

    def on_sendable(self, event):
        self.hand_out(event.link)

    def on_link_flow(self, event):
        if event.link.is_sender:
            self.hand_out(event.link)

    def hand_out(self, link):
        queue = self.queues[link.source.address]
        while link.credit > 0 and queue:
            message = queue.popleft()
            self.next_tag += 1
            delivery = link.send(message, tag=str(self.next_tag))
            self.handed_out[delivery.tag] = message
        if link.drain_mode:
            link.drained()

    def on_delivery(self, event):
        delivery = event.delivery
        if not event.link.is_sender or not delivery.updated or delivery.tag not in self.handed_out:
            return
        message = self.handed_out.pop(delivery.tag)
        state = delivery.remote_state
        if state in (Delivery.RELEASED, Delivery.MODIFIED):
            self.queues[event.link.source.address].appendleft(message)
        if state == Delivery.REJECTED:
            self.queues["rejected"].append(message)
        self.settle(delivery, state)

    def settle(self, delivery, state):
        delivery.update(state)
        delivery.settle()


def port_of(acceptor):
    copy = socket.fromfd(acceptor._selectable.fileno(), socket.AF_INET, socket.SOCK_STREAM)
    with copy:
        return copy.getsockname()[1]


if __name__ == "__main__":
    Container(Broker()).run()
