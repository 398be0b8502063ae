// Channels as one writes them with Socket.IO: a room each, and an acknowledgement for whoever asks for one.
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http, { transports: ["websocket"], serveClient: false });

io.on("connection", socket => {
    socket.on("join", (channel, acknowledge) => {
        socket.join(channel);
        acknowledge?.();
    });

    socket.on("publish", (channel, data, acknowledge) => {
        io.to(channel).emit("event", channel, data);
        acknowledge?.();
    });
});

http.listen(Number(process.argv[2]), "127.0.0.1");
