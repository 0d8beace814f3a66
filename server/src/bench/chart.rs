//! The cost curve as a picture. Both axes are logarithmic: a cost that grows with the rows is a
//! rising line, a constant one is level.

use std::fmt::Write as _;

use super::grouped::grouped;
use super::sizes::SizeReport;

const WIDTH: f64 = 880.0;
const HEIGHT: f64 = 440.0;
/// Area of the plot: left, top, right, bottom.
const FRAME: [f64; 4] = [70.0, 50.0, 650.0, 390.0];

/// A line: name, colour, and value for a world.
type Line = (&'static str, &'static str, fn(&SizeReport) -> f64);

const LINES: [Line; 8] = [
    ("tasks.info", "#0b7285", |size| size.info_us),
    ("page of 100, by id", "#1864ab", |size| size.pages_us[0]),
    ("page, sorted", "#5f3dc4", |size| size.pages_us[3]),
    ("make a task", "#2b8a3e", |size| size.create_us),
    ("fork", "#868e96", |size| size.fork_us),
    ("load a task", "#d9480f", |size| size.load_save_us[0]),
    ("save a task", "#e67700", |size| size.load_save_us[1]),
    ("a day, a task", "#c92a2a", |size| size.day_ms * 1e3 / size.rows as f64),
];

/// The picture as SVG.
pub(super) fn svg(sizes: &[SizeReport]) -> String {
    let scale = Scale::of(sizes);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <title>Microseconds of CPU by the number of tasks in a world</title>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n\
         <text x=\"{}\" y=\"24\" font-size=\"16\">Microseconds of CPU by the number of tasks in a world</text>\n",
        FRAME[0]
    );
    scale.add_grid(&mut svg, sizes);
    for (place, line) in LINES.iter().enumerate() {
        scale.add_line(&mut svg, sizes, line, place);
    }
    svg.push_str("</svg>\n");
    svg
}

/// Range of both axes as powers of ten, `micros` rounded outwards.
struct Scale {
    rows: [f64; 2],
    micros: [f64; 2],
}

impl Scale {
    fn of(sizes: &[SizeReport]) -> Self {
        let rows = sizes.iter().map(|size| (size.rows as f64).log10());
        let values =
            || sizes.iter().flat_map(|size| LINES.iter().map(move |(_, _, value)| value(size).log10()));
        let (low, high) = (rows.clone().fold(f64::MAX, f64::min), rows.fold(f64::MIN, f64::max));
        let micros = [values().fold(f64::MAX, f64::min).floor(), values().fold(f64::MIN, f64::max).ceil()];
        Self { rows: [low, high.max(low + 1.0)], micros }
    }

    fn x(&self, rows: f64) -> f64 {
        FRAME[0] + (rows - self.rows[0]) / (self.rows[1] - self.rows[0]) * (FRAME[2] - FRAME[0])
    }

    fn y(&self, micros: f64) -> f64 {
        FRAME[3] - (micros - self.micros[0]) / (self.micros[1] - self.micros[0]) * (FRAME[3] - FRAME[1])
    }

    fn add_grid(&self, svg: &mut String, sizes: &[SizeReport]) {
        let [left, top, right, bottom] = FRAME;
        for size in sizes {
            let x = self.x((size.rows as f64).log10());
            let _ = writeln!(svg, "<path d=\"M{x:.1} {top}V{bottom}\" stroke=\"#dee2e6\"/>");
            let _ = writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                bottom + 20.0,
                grouped(size.rows)
            );
        }
        let mut power = self.micros[0];
        while power <= self.micros[1] {
            let y = self.y(power);
            let _ = writeln!(svg, "<path d=\"M{left} {y:.1}H{right}\" stroke=\"#dee2e6\"/>");
            let label = 10_f64.powf(power);
            let _ = writeln!(
                svg,
                "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
                left - 8.0,
                y + 4.0
            );
            power += 1.0;
        }
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">tasks</text>",
            f64::midpoint(left, right),
            bottom + 40.0
        );
    }

    fn add_line(&self, svg: &mut String, sizes: &[SizeReport], (name, colour, value): &Line, place: usize) {
        let point = |size: &SizeReport| (self.x((size.rows as f64).log10()), self.y(value(size).log10()));
        let points: Vec<String> = sizes.iter().map(point).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            points.join(" ")
        );
        for (x, y) in sizes.iter().map(point) {
            let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
        }
        // Names are in a list, because at the ends of close lines they would overlap.
        let (x, y) = (FRAME[2] + 30.0, FRAME[1] + 22.0 * place as f64 + 10.0);
        let _ = writeln!(svg, "<path d=\"M{x} {y}h24\" stroke=\"{colour}\" stroke-width=\"2\"/>");
        let _ = writeln!(svg, "<text x=\"{}\" y=\"{}\">{name}</text>", x + 32.0, y + 4.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_a_point_for_each_world_inside_the_frame() {
        let size = |rows: u64| SizeReport {
            rows,
            memory: [1_000.0, 2_000.0],
            peak: 1.5,
            load_save: [60.0, 200.0],
            load_save_us: [8.0, 2.0],
            info_us: 1.0,
            pages_us: [3.0, 4.0, 5.0, 6.0],
            create_us: 9.0,
            fork_us: 2.0,
            day_ms: rows as f64 / 20.0,
        };
        let svg = svg(&[size(1_000), size(10_000), size(1_000_000)]);
        assert_eq!(svg.matches("<polyline").count(), LINES.len());
        assert_eq!(svg.matches("<circle").count(), 3 * LINES.len());
        assert!(["1,000<", "1,000,000<", ">1<", ">100<"].iter().all(|label| svg.contains(label)), "{svg}");
        let heights =
            svg.split("cy=\"").skip(1).map(|rest| rest.split('"').next().unwrap().parse::<f64>().unwrap());
        assert!(heights.into_iter().all(|y| (FRAME[1]..=FRAME[3]).contains(&y)));
    }
}
