//! The environment of the command that `slymock exec` runs. It leads the SDK, requests, httpx and aiohttp to
//! the fake, even if the user's environment names another server or a proxy; all other variables stay.

use std::env;
use std::ffi::{OsStr, OsString};
use std::process::Command;

use slymock_server::engine::ids::FirstIds;

use super::env::variables;

/// Keeps SDKs since 6.73.328 from trying https first.
const NO_HTTPS: (&str, &str) = ("SUPERVISELY_SKIP_HTTPS_USER_HELPER_CHECK", "true");

/// Variables that the SDK prefers to ours: an address of the API, the token of an app's user, a private
/// network to join. The others take precedence over `TEAM_ID` and `WORKSPACE_ID`.
const PAST_OURS: &[&str] = &[
    "SUPERVISELY_API_SERVER_ADDRESS",
    "context.spawnApiToken",
    "DEBUG_WITH_SLY_NET",
    "CONTEXT_TEAMID",
    "context.teamId",
    "CONTEXT_WORKSPACEID",
    "context.workspaceId",
];

/// The lists of hosts to reach without a proxy. Most programs read one of the two, but not all the same one.
const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];
/// The names of this machine.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "::1"];
/// httpx makes a connection pool for each of these proxies, even if no request uses it.
const PROXIES: [&str; 3] = ["http_proxy", "https_proxy", "all_proxy"];

type Variable = (OsString, OsString);

/// The changes to a command's environment.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Surroundings {
    set: Vec<Variable>,
    taken_away: Vec<OsString>,
}

impl Surroundings {
    /// The changes that lead from the present environment to the fake at `address` and the first ids of its
    /// world.
    pub(crate) fn of(address: &str, first: FirstIds) -> Self {
        Self::from(env::vars_os().collect(), address, first)
    }

    fn from(own: Vec<Variable>, address: &str, first: FirstIds) -> Self {
        let mut made = Self::default();
        variables(address).into_iter().chain([NO_HTTPS]).for_each(|(name, value)| made.set(name, value));
        made.ids(first);
        made.taken_away.extend(PAST_OURS.iter().map(Into::into));
        made.taken_away.extend(foreign_proxies(&own));
        made.no_proxy(&own, host(address));
        made
    }

    /// Applies the changes to a command.
    pub(crate) fn apply(self, command: &mut Command) {
        for name in self.taken_away {
            command.env_remove(name);
        }
        command.envs(self.set);
    }

    fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.set.push((name.into(), value.into()));
    }

    /// Replaces the user's own ids, which belong to another server.
    fn ids(&mut self, first: FirstIds) {
        let FirstIds { team, workspace, agent } = first;
        let ids = [
            ("TEAM_ID", team.map(u64::from)),
            ("WORKSPACE_ID", workspace.map(u64::from)),
            ("AGENT_ID", agent.map(u64::from)),
        ];
        for (name, id) in ids {
            match id {
                Some(id) => self.set(name, id.to_string()),
                None => self.taken_away.push(name.into()),
            }
        }
    }

    /// Adds this machine to the list of each spelling; a spelling without a list starts from the other's.
    fn no_proxy(&mut self, own: &[Variable], host: &str) {
        let lists: Vec<_> = own.iter().filter(|(name, _)| is(name, "no_proxy")).collect();
        let list_of = |wanted: &str| {
            let filled = || lists.iter().filter(|(_, list)| !list.is_empty());
            let list = filled().find(|(name, _)| name == wanted).or_else(|| filled().next());
            list.map_or_else(OsString::new, |(_, list)| list.clone())
        };
        for name in NO_PROXY {
            let list = list_of(name);
            self.set(name, with_loopback(list, host));
        }
        // Python uses the last of all spellings, so only ours may stay.
        let odd = lists.iter().map(|(name, _)| name).filter(|name| !NO_PROXY.iter().any(|ours| name == ours));
        self.taken_away.extend(odd.cloned());
    }
}

/// Adds this machine's names to a list of hosts. A lone `*` stays as it is, because Python reads `*` as
/// all hosts only if it is the whole list.
fn with_loopback(mut list: OsString, host: &str) -> OsString {
    if list == "*" {
        return list;
    }
    let known = list.to_string_lossy().into_owned();
    let mut known: Vec<_> = known.split(',').map(str::trim).collect();
    for name in LOOPBACK.into_iter().chain([host]) {
        if known.contains(&name) {
            continue;
        }
        known.push(name);
        if !list.is_empty() {
            list.push(",");
        }
        list.push(name);
    }
    list
}

/// The proxies for which `NO_PROXY` is not enough: httpx fails before any request if one does not speak http.
fn foreign_proxies(own: &[Variable]) -> impl Iterator<Item = OsString> {
    let foreign = |(name, value): &&Variable| {
        let value = value.to_string_lossy().to_ascii_lowercase();
        let scheme = value.split_once("://").map(|(scheme, _)| scheme);
        PROXIES.iter().any(|proxy| is(name, proxy))
            && scheme.is_some_and(|scheme| !["http", "https"].contains(&scheme))
    };
    own.iter().filter(foreign).map(|(name, _)| name.clone())
}

/// Compares names without regard to case, as Python does.
fn is(name: &OsStr, wanted: &str) -> bool {
    name.eq_ignore_ascii_case(wanted)
}

/// The host of an address as in `NO_PROXY`, without brackets and port.
fn host(address: &str) -> &str {
    let host = address.trim_start_matches("http://");
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    host.trim_matches(['[', ']'])
}

#[cfg(test)]
mod tests;
