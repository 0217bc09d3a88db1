"""relay - a TCP relay on loopback that counts, keeps and cuts.

Stands between devices and a central node. Counts payload bytes both ways,
keeps what the device sent first (message 1), and can cut a connection after any
number of the device's bytes.
"""
import contextlib
import socket
import threading


class Relay:
    def __init__(self):
        self.target = None         # (host, port), set before anybody connects
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.cut_after = None      # bytes of the device, of the next connections
        self.connections = 0
        self.reset()
        threading.Thread(target=self.accept, daemon=True).start()

    def reset(self):
        with self.lock:
            self.up = self.down = self.turns = 0
            self.last = None
            self.first = b""

    def total(self):
        with self.lock:
            return self.up + self.down

    def accept(self):
        while True:
            try:
                device, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
                allowed = self.cut_after
            try:
                central = socket.create_connection(self.target)
            except OSError:
                device.close()
                continue
            for s in (device, central):
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.carry, args=(device, central, "up", allowed), daemon=True).start()
            threading.Thread(target=self.carry, args=(central, device, "down", None), daemon=True).start()

    def carry(self, source, target, way, allowed):
        sent = 0
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if allowed is not None:
                    data = data[:allowed - sent]
                with self.lock:
                    if way == "up":
                        self.up += len(data)
                        self.first += data if len(self.first) < 65536 else b""
                    else:
                        self.down += len(data)
                        self.turns += self.last == "up"  # a round trip: an answer after a request
                    self.last = way
                if data:
                    target.sendall(data)
                sent += len(data)
                if allowed is not None and sent >= allowed:
                    break
        for s in (source, target):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)
            s.close()

    def close(self):
        self.listener.close()
