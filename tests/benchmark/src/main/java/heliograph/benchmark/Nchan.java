package heliograph.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** nginx with the module nchan, which keeps a channel's newest messages and checks nobody. */
final class Nchan implements AutoCloseable {
  private final Process process;
  private final int port;

  private Nchan(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static Nchan start(Settings settings) throws IOException {
    Path folder = settings.work().resolve("nginx").toAbsolutePath();
    Files.createDirectories(folder);
    int port = Server.freePort();
    Path file = folder.resolve("nginx.conf");
    Files.writeString(file, configuration(folder, port));
    Process process =
        new ProcessBuilder("nginx", "-p", folder.toString(), "-c", file.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out.log").toFile())
            .start();
    Server.awaitOpen(process, port);
    return new Nchan(process, port);
  }

  private static String configuration(Path folder, int port) {
    return """
    load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
    daemon off;
    worker_processes 1;
    worker_rlimit_nofile 20000;
    pid %1$s/nginx.pid;
    error_log %1$s/nginx.log;
    events { worker_connections 18000; }
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
        listen 127.0.0.1:%2$s backlog=4096;
        location ~ ^/pub/(\\w+)$ {
          nchan_publisher;
          nchan_channel_id $1;
          nchan_message_buffer_length 1;
          nchan_message_timeout 1s;
        }
        location ~ ^/fan/(\\w+)$ {
          nchan_publisher;
          nchan_channel_id $1;
          nchan_message_buffer_length 10;
          nchan_message_timeout 10s;
        }
        location ~ ^/sub/(\\w+)$ {
          nchan_subscriber eventsource;
          nchan_channel_id $1;
          nchan_subscriber_first_message newest;
        }
      }
    }
    """
        .formatted(folder, port);
  }

  int port() {
    return port;
  }

  /** As ssebench sees it: each of its groups is a channel. */
  Server server() {
    return new Server(
        "nchan",
        process.pid(),
        port,
        List.of("--path", "/sub/orders{i}", "--pub-path", "/fan/orders{g}"));
  }

  @Override
  public void close() {
    Server.stop(process);
  }
}
