//! The environment of the command that `slymock exec` runs: it leads the SDK, requests, httpx and aiohttp to the
//! fake, whatever the user's own says of servers and proxies. All else of that stays.

use std::env;
use std::ffi::{OsStr, OsString};
use std::process::Command;

use slymock_server::engine::ids::FirstIds;

use super::env::variables;

/// Spares SDKs since 6.73.328 their try of https.
const NO_HTTPS: (&str, &str) = ("SUPERVISELY_SKIP_HTTPS_USER_HELPER_CHECK", "true");

/// Variables that the SDK prefers to ours: an address of the API, the token of an app's user, a private network to
/// join; the others come before `TEAM_ID` and `WORKSPACE_ID`.
const PAST_OURS: &[&str] = &[
    "SUPERVISELY_API_SERVER_ADDRESS",
    "context.spawnApiToken",
    "DEBUG_WITH_SLY_NET",
    "CONTEXT_TEAMID",
    "context.teamId",
    "CONTEXT_WORKSPACEID",
    "context.workspaceId",
];

/// The lists of hosts that need no proxy. Most programs read one of the two, and not all the same one.
const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];
/// This machine by each of its names.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "::1"];
/// httpx makes a connection pool for each of these proxies, whether or not a request is for it.
const PROXIES: [&str; 3] = ["http_proxy", "https_proxy", "all_proxy"];

type Variable = (OsString, OsString);

/// The changes to a command's environment.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Surroundings {
    set: Vec<Variable>,
    taken_away: Vec<OsString>,
}

impl Surroundings {
    /// The changes by which the present environment leads to the fake at `address` and to the first ids of its world.
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

    /// Makes the changes for a command.
    pub(crate) fn apply(self, command: &mut Command) {
        for name in self.taken_away {
            command.env_remove(name);
        }
        command.envs(self.set);
    }

    fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.set.push((name.into(), value.into()));
    }

    /// The user's own ids are those of another server.
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

    /// Each spelling has its own list, or the other's where it has none.
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
        // Python lets the last of all spellings win.
        let odd = lists.iter().map(|(name, _)| name).filter(|name| !NO_PROXY.iter().any(|ours| name == ours));
        self.taken_away.extend(odd.cloned());
    }
}

/// A list of hosts with this machine's names. Python takes `*` for all hosts only where it stands alone.
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

/// The proxies for which `NO_PROXY` is not enough: with one that does not speak http, httpx fails before any request.
fn foreign_proxies(own: &[Variable]) -> impl Iterator<Item = OsString> {
    let foreign = |(name, value): &&Variable| {
        let value = value.to_string_lossy().to_ascii_lowercase();
        let scheme = value.split_once("://").map(|(scheme, _)| scheme);
        PROXIES.iter().any(|proxy| is(name, proxy))
            && scheme.is_some_and(|scheme| !["http", "https"].contains(&scheme))
    };
    own.iter().filter(foreign).map(|(name, _)| name.clone())
}

/// Python looks for these names in any case.
fn is(name: &OsStr, wanted: &str) -> bool {
    name.eq_ignore_ascii_case(wanted)
}

/// The host of an address in the form of those lists: without brackets and port.
fn host(address: &str) -> &str {
    let host = address.trim_start_matches("http://");
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    host.trim_matches(['[', ']'])
}

#[cfg(test)]
mod tests;
