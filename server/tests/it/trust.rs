//! Foreign hosts, web pages of other origins, and requests that come back: refused on every route.

use std::net::{IpAddr, Ipv4Addr, TcpStream, UdpSocket};

use serde_json::json;
use slymock_server::{Config, DEFAULT_TOKEN};

use crate::fake::{Answer, Fake, fake, parse};

/// One path of each route.
const ROUTES: [(&str, &str); 6] = [
    ("GET", "/"),
    ("GET", "/nowhere"),
    ("POST", "/public/api/v3/tasks.info?id=121230"),
    ("GET", "/net/any-session/page"),
    ("POST", "/agent/GetGeneralEventsStream"),
    ("GET", "/_slymock/health"),
];

/// The response to a request with this head; `{host}` stands for the server's address.
fn ask(fake: &Fake, verb: &str, path: &str, head: &str) -> Answer {
    let head = head.replace("{host}", &fake.address.to_string());
    let request = format!(
        "{verb} {path} HTTP/1.1\r\n{head}x-api-key: {DEFAULT_TOKEN}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    );
    parse(&fake.raw(request.as_bytes()))
}

/// True if each route refuses a request with this head, and the only effect is an entry in the
/// server's journal.
fn refused_everywhere(head: &str) {
    let fake = fake();
    for (verb, path) in ROUTES {
        let answer = ask(&fake, verb, path, head);
        assert_eq!(answer.status, 403, "{verb} {path} {head}");
        assert!(answer.json()["details"]["message"].as_str().unwrap().contains("--allow-host"), "{answer:?}");
    }
    let counts = fake.control("GET", "journal?scope=server", "").json()["counts"].clone();
    assert_eq!(counts.as_object().unwrap().len(), ROUTES.len(), "{counts}");
    assert_eq!(fake.control("GET", "journal", "").json()["counts"], json!({}), "no world has an entry");
}

/// True if the request reaches its target.
fn let_in(fake: &Fake, head: &str) -> bool {
    let statuses = [
        ask(fake, "GET", "/", head).status,
        ask(fake, "POST", "/public/api/v3/tasks.info?id=121230", head).status,
        ask(fake, "GET", "/_slymock/health", head).status,
    ];
    assert!(statuses == [200; 3] || statuses == [403; 3], "{statuses:?} {head}");
    statuses == [200; 3]
}

fn allowing(name: &str) -> Fake {
    Fake::start(Config { allow_hosts: vec![name.to_owned()], ..Config::default() })
}

#[test]
fn a_foreign_host_is_refused_on_every_route_of_a_loopback_listener() {
    for host in [
        "evil.example",
        "evil.example:8484",
        "127.0.0.1.evil",
        "2130706433",
        "0x7f.1",
        "127.1",
        "localhost.evil:80",
    ] {
        refused_everywhere(&format!("Host: {host}\r\n"));
    }
    for host in ["localhost:1@evil", "localhost@evil", "localhost:", "10.0.0.1", "evil\r\nHost: localhost"] {
        assert!(!let_in(&fake(), &format!("Host: {host}\r\n")), "{host}");
    }
}

#[test]
fn this_machine_is_let_in_under_each_of_its_own_names() {
    let fake = fake();
    for host in [
        "{host}",
        "localhost",
        "LocalHost:1234",
        "127.0.0.1",
        "127.0.0.2:80",
        "[::1]:8484",
        "[::ffff:127.0.0.1]",
    ] {
        assert!(let_in(&fake, &format!("Host: {host}\r\n")), "{host}");
    }
    assert!(let_in(&fake, ""), "every browser sends a Host");
    let open = allowing("slymock");
    for (host, welcome) in
        [("slymock:8484", true), ("SlyMock", true), ("other", false), ("slymock.evil", false)]
    {
        assert_eq!(let_in(&open, &format!("Host: {host}\r\n")), welcome, "{host}");
    }
}

#[test]
fn a_foreign_page_is_refused_on_every_route() {
    for origin in [
        "https://example.com",
        "null",
        "http://localhost:1",
        "http://127.0.0.1.evil",
        "http://{host}.evil",
        "http://{host}@evil",
        "http://localhost:1@evil",
        "http://{host}/",
        "https://{host}",
        "ftp://{host}",
        "{host}",
        "http://",
        "http://evil\r\nOrigin: http://{host}",
        "http://{host}\r\nOrigin: http://evil",
    ] {
        refused_everywhere(&format!("Host: {{host}}\r\nOrigin: {origin}\r\n"));
    }
    for site in ["cross-site", "same-site", "something-new", ""] {
        refused_everywhere(&format!("Host: {{host}}\r\nSec-Fetch-Site: {site}\r\n"));
    }
}

#[test]
fn the_servers_own_pages_go_on_working() {
    let fake = fake();
    let port = fake.address.port();
    for own in [
        "Host: {host}\r\nOrigin: http://{host}\r\nSec-Fetch-Site: same-origin\r\n".to_owned(),
        "Host: {host}\r\nSec-Fetch-Site: none\r\n".to_owned(),
        "Host: {host}\r\nSec-Fetch-Site: same-origin\r\n".to_owned(),
        // Another name of this server is another origin for a browser, but the same server.
        format!("Host: {{host}}\r\nOrigin: http://localhost:{port}\r\nSec-Fetch-Site: cross-site\r\n"),
        format!("Host: localhost:{port}\r\nOrigin: http://[::1]:{port}\r\n"),
        // A mapped port, or a proxy of the developer's own server.
        "Host: localhost:9000\r\nOrigin: http://localhost:9000\r\n".to_owned(),
        "Host: localhost\r\nOrigin: http://LOCALHOST\r\n".to_owned(),
    ] {
        assert!(let_in(&fake, &own), "{own}");
    }
}

#[test]
fn pages_of_an_allowed_host_may_ask_whatever_port_they_have() {
    let open = allowing("localhost");
    for (origin, welcome) in [
        ("http://localhost:3000", true),
        ("https://LocalHost", true),
        ("http://localhost.evil:3000", false),
        ("http://127.0.0.1:3000", false),
        ("file://localhost", false),
        ("http://evil@localhost:3000", false),
    ] {
        assert_eq!(let_in(&open, &format!("Host: {{host}}\r\nOrigin: {origin}\r\n")), welcome, "{origin}");
    }
    let of_page = "Host: {host}\r\nOrigin: http://localhost:3000\r\nSec-Fetch-Site: same-site\r\n";
    assert!(let_in(&open, of_page));
}

#[test]
fn no_second_host_and_no_target_walks_around_the_first_one() {
    let fake = fake();
    let status = |target: &str, host: &str| ask(&fake, "GET", target, &format!("Host: {host}\r\n")).status;
    assert_eq!(status("http://evil/_slymock/world", "localhost"), 403);
    assert_eq!(status("http://evil/", "localhost"), 403);
    assert_eq!(status("/", "localhost\r\nHost: evil"), 403);
    assert_eq!(status("http://localhost/_slymock/health", "localhost"), 200);
}

/// A non-loopback address of this machine, if it has one.
fn other_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // Nothing is sent: the system only chooses the address it would send from.
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    socket
        .local_addr()
        .ok()
        .map(|address| address.ip())
        .filter(|ip| !ip.is_loopback() && !ip.is_unspecified())
}

#[test]
fn elsewhere_wire_calls_take_any_host_and_control_calls_an_allowed_one() {
    let config =
        Config { host: "0.0.0.0".to_owned(), allow_hosts: vec!["slymock".to_owned()], ..Config::default() };
    let fake = Fake::start(config);
    let port = fake.address.port();
    let status = |ip: IpAddr, path: &str, head: &str| {
        use std::io::{Read as _, Write as _};
        let mut stream = TcpStream::connect((ip, port)).unwrap();
        let key = format!("x-api-key: {DEFAULT_TOKEN}\r\n");
        stream
            .write_all(format!("GET {path} HTTP/1.1\r\n{head}{key}Connection: close\r\n\r\n").as_bytes())
            .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        parse(&answer).status
    };
    let (wire, control) = ("/public/api/v3/tasks.info?id=121230", "/_slymock/health");
    // A request for a name that resolves to loopback comes from a browser here.
    let near = IpAddr::from(Ipv4Addr::LOCALHOST);
    assert_eq!(status(near, wire, "Host: evil.example\r\n"), 403);
    assert_eq!(
        status(near, wire, &format!("Host: 0.0.0.0:{port}\r\nOrigin: http://0.0.0.0:{port}\r\n")),
        200
    );
    let Some(far) = other_address() else { return };
    assert_eq!(status(far, wire, "Host: any-service\r\n"), 200);
    assert_eq!(status(far, control, "Host: any-service\r\n"), 403);
    assert_eq!(status(far, control, "Host: slymock:8484\r\n"), 200);
    assert_eq!(status(far, control, &format!("Host: {far}:{port}\r\nOrigin: http://{far}:{port}\r\n")), 200);
    assert_eq!(
        status(far, wire, "Host: any-service\r\nOrigin: http://any-service\r\n"),
        403,
        "a page after DNS rebinding"
    );
    assert_eq!(status(far, wire, "Host: slymock:80\r\nOrigin: http://slymock\r\n"), 200);
}

#[test]
fn a_page_makes_no_world_of_a_token() {
    let config = Config { worlds: slymock_server::WorldsMode::OnDemand, ..Config::default() };
    let fake = Fake::start(config);
    let head = [("x-api-key", "a-page's-own-token"), ("Origin", "http://evil.example")];
    assert_eq!(fake.send("POST", "/public/api/v3/tasks.list", &head, b"{}").status, 403);
    assert_eq!(fake.control("GET", "worlds", "").json()["worlds"].as_array().unwrap().len(), 1);
}

#[test]
fn a_body_that_is_refused_is_read_so_that_its_client_reads_why() {
    let fake = fake();
    let body = vec![b' '; 8 * 1024 * 1024];
    let answer = fake.send("POST", "/public/api/v3/tasks.info", &[("Origin", "http://evil.example")], &body);
    assert_eq!(answer.status, 403);
}

/// Makes an app's task that forwards to `to`. Returns its id and the session's token.
fn forwarded(fake: &Fake, to: &str) -> (u64, String) {
    let run = br#"{"moduleId": 81, "params": {"slymock": "never-ends"}}"#;
    let id = fake.call("tasks.run.app", run).json()[0]["id"].as_u64().unwrap();
    fake.control("POST", "clock", r#"{"advance_ms": 400}"#);
    let set = fake.control("PUT", &format!("tasks/{id}/app"), &json!({"forward_to": to}).to_string());
    assert_eq!(set.status, 200, "{to}: {set:?}");
    let info = fake.call("tasks.info", format!("{{\"id\": {id}}}").as_bytes()).json();
    (id, info["meta"]["sessionToken"].as_str().unwrap().to_owned())
}

#[test]
fn no_address_of_an_app_leads_back_to_the_server() {
    let mut config = Config { allow_forwards: vec!["0.0.0.0".to_owned()], ..Config::default() };
    config.settings.clock = slymock_server::engine::clock::Mode::Manual;
    let fake = Fake::start(config);
    let port = fake.address.port();
    for host in ["127.0.0.1", "localhost", "LOCALHOST", "127.0.0.2", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]"]
    {
        let (id, session) = forwarded(&fake, &format!("http://{host}:{port}"));
        let command = json!({"taskId": id, "command": "_slymock/health"}).to_string();
        for answer in [
            fake.call("tasks.request.direct", command.as_bytes()),
            fake.send("GET", &format!("/net/{session}/_slymock/health"), &[], b""),
        ] {
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            assert!(answer.status == 400 && text.contains("leads back to this server"), "{host}: {text}");
        }
    }
}

#[test]
fn a_request_that_comes_back_is_refused_on_every_route() {
    // A forwarded request says so in its `Via`. The app is a plain socket here.
    let fake = fake();
    let app = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (_, session) = forwarded(&fake, &format!("http://{}", app.local_addr().unwrap()));
    let seen = std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        let (mut stream, _) = app.accept().unwrap();
        let mut head = Vec::new();
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            let mut buffer = [0; 4096];
            let read = stream.read(&mut buffer).unwrap();
            assert!(read > 0, "the connection ended early");
            head.extend_from_slice(&buffer[..read]);
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        String::from_utf8(head).unwrap()
    });
    assert_eq!(fake.send("GET", &format!("/net/{session}/"), &[], b"").status, 200);
    let seen = seen.join().unwrap();
    let via = seen.lines().find_map(|line| line.strip_prefix("via: ")).unwrap();
    for (verb, path) in ROUTES {
        for via in [via.to_owned(), format!("1.0 a, {via} (a comment), 2 b"), format!("1.1 a\r\nVia: {via}")]
        {
            let answer = ask(&fake, verb, path, &format!("Host: {{host}}\r\nVia: {via}\r\n"));
            assert_eq!(
                (answer.status, &answer.json()["error"]),
                (400, &json!("Loop")),
                "{verb} {path} {via}"
            );
        }
    }
    let stranger = Fake::start(Config::default());
    let head = format!("Host: {{host}}\r\nVia: {via}, 1.1 slymock-{}\r\n", stranger.address.port());
    assert!(let_in(&stranger, &head), "another server's name is not this one's: {head}");
}
