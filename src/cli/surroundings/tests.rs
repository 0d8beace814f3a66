use slymock_server::engine::ids::{AgentId, TeamId, WorkspaceId};

use super::*;

const ADDRESS: &str = "http://127.0.0.1:8484";
const OURS: &str = "127.0.0.1,localhost,::1";

fn variable(name: &str, value: &str) -> Variable {
    (name.into(), value.into())
}

fn made(own: &[(&str, &str)]) -> Surroundings {
    let own = own.iter().map(|(name, value)| variable(name, value)).collect();
    Surroundings::from(own, ADDRESS, FirstIds::default())
}

impl Surroundings {
    fn value(&self, name: &str) -> &str {
        let there = self.set.iter().find(|(set, _)| set == name);
        there.map_or("", |(_, value)| value.to_str().unwrap())
    }

    fn lists(&self) -> [&str; 2] {
        NO_PROXY.map(|name| self.value(name))
    }

    fn takes(&self, name: &str) -> bool {
        self.taken_away.iter().any(|taken| taken == name)
    }
}

#[test]
fn no_proxy_is_asked_for_this_machine_and_the_own_list_stays() {
    assert_eq!(made(&[]).lists(), [OURS; 2]);
    let both = format!("corp.example, 10.0.0.0/8,{OURS}");
    assert_eq!(made(&[("NO_PROXY", "corp.example, 10.0.0.0/8")]).lists(), [&both[..]; 2]);
    assert_eq!(made(&[("no_proxy", "corp.example, 10.0.0.0/8")]).lists(), [&both[..]; 2]);
    let apart = made(&[("NO_PROXY", "a"), ("no_proxy", "b")]);
    assert_eq!(apart.lists(), [format!("a,{OURS}"), format!("b,{OURS}")]);
    let empty = made(&[("NO_PROXY", "a"), ("no_proxy", "")]);
    assert_eq!(empty.lists(), [format!("a,{OURS}"), format!("a,{OURS}")]);
}

#[test]
fn what_is_in_the_list_is_not_added_again() {
    let full = "localhost, ::1 ,127.0.0.1";
    assert_eq!(made(&[("no_proxy", full)]).lists(), [full; 2]);
}

#[test]
fn a_star_stays_alone_and_among_others_is_one_of_them() {
    assert_eq!(made(&[("no_proxy", "*")]).lists(), ["*"; 2]);
    assert_eq!(made(&[("NO_PROXY", "*"), ("no_proxy", "a")]).lists(), ["*", &format!("a,{OURS}")]);
    assert_eq!(made(&[("no_proxy", "*,a")]).lists(), [format!("*,a,{OURS}"), format!("*,a,{OURS}")]);
}

#[test]
fn a_spelling_that_python_would_let_win_is_taken_away_and_its_list_stays() {
    let odd = made(&[("No_proxy", "a")]);
    assert_eq!(odd.lists(), [format!("a,{OURS}"), format!("a,{OURS}")]);
    assert!(odd.takes("No_proxy") && !odd.takes("no_proxy") && !odd.takes("NO_PROXY"));
}

#[test]
fn no_proxy_is_asked_for_the_host_that_is_listened_on() {
    let at = |address| {
        let made = Surroundings::from(Vec::new(), address, FirstIds::default());
        made.value("no_proxy").to_owned()
    };
    assert_eq!(at("http://127.0.0.2:80"), format!("{OURS},127.0.0.2"));
    assert_eq!(at("http://[::1]:80"), OURS);
    assert_eq!(at("http://[fd00::1]:80"), format!("{OURS},fd00::1"));
}

#[test]
fn a_proxy_of_http_stays_and_another_is_taken_away() {
    for name in ["http_proxy", "HTTPS_PROXY", "All_Proxy"] {
        for stays in ["http://proxy:3128", "HTTPS://proxy", "proxy:3128", ""] {
            assert!(!made(&[(name, stays)]).takes(name), "{name}={stays}");
        }
        for goes in ["socks5://proxy:1080", "SOCKS5H://proxy", "socks4://proxy", "quic://proxy"] {
            assert!(made(&[(name, goes)]).takes(name), "{name}={goes}");
        }
    }
    assert!(!made(&[("FTP_PROXY", "socks5://proxy")]).takes("FTP_PROXY"));
}

#[test]
fn ids_are_those_of_the_world_and_one_that_it_lacks_is_taken_away() {
    let first = FirstIds { team: Some(TeamId(7)), workspace: Some(WorkspaceId(8)), agent: None };
    let some = Surroundings::from(vec![variable("AGENT_ID", "1")], ADDRESS, first);
    assert_eq!(["TEAM_ID", "WORKSPACE_ID", "AGENT_ID"].map(|name| some.value(name)), ["7", "8", ""]);
    assert!(some.takes("AGENT_ID") && !some.takes("TEAM_ID"));
    let all = FirstIds { agent: Some(AgentId(9)), ..first };
    assert_eq!(Surroundings::from(Vec::new(), ADDRESS, all).value("AGENT_ID"), "9");
}

#[test]
fn nothing_is_set_and_taken_away() {
    let own = [("NO_PROXY", "a"), ("TEAM_ID", "1"), ("all_proxy", "socks5://a"), ("CONTEXT_TEAMID", "1")];
    let made = made(&own);
    let both: Vec<_> = made.set.iter().filter(|(name, _)| made.taken_away.contains(name)).collect();
    assert!(both.is_empty(), "{both:?}");
}
