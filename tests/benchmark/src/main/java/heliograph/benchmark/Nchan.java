package heliograph.benchmark;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * nginx with the module nchan, which keeps the newest message of a channel in memory and checks
 * nobody.
 */
final class Nchan implements AutoCloseable {
  private final Process process;
  private final int port;

  private Nchan(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static Nchan start(Settings settings, int workers) throws IOException {
    Path folder = settings.work().resolve("nginx").toAbsolutePath();
    Files.createDirectories(folder);
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path file = folder.resolve("nginx.conf");
    Files.writeString(file, configuration(folder, port, workers));
    Process process =
        new ProcessBuilder("nginx", "-p", folder.toString(), "-c", file.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out.log").toFile())
            .start();
    while (!isOpen(port)) {
      if (!process.isAlive()) {
        throw new IllegalStateException("nginx did not start, see " + folder);
      }
      Thread.onSpinWait();
    }
    return new Nchan(process, port);
  }

  private static String configuration(Path folder, int port, int workers) {
    return """
    load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
    daemon off;
    worker_processes %3$s;
    pid %1$s/nginx.pid;
    error_log %1$s/nginx.log;
    events { worker_connections 4096; }
    http {
      access_log off;
      nchan_max_reserved_memory 512m;
      keepalive_requests 1000000000;
      client_body_temp_path %1$s/body;
      proxy_temp_path %1$s/proxy;
      fastcgi_temp_path %1$s/fastcgi;
      uwsgi_temp_path %1$s/uwsgi;
      scgi_temp_path %1$s/scgi;
      server {
        listen 127.0.0.1:%2$s backlog=1024;
        location ~ ^/pub/(\\w+)$ {
          nchan_publisher;
          nchan_channel_id $1;
          nchan_message_buffer_length 1;
            nchan_message_timeout 1s;
        }
      }
    }
    """
        .formatted(folder, port, workers);
  }

  private static boolean isOpen(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException _) {
      return false;
    }
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    Relay.stop(process);
  }
}
