package libp2p.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import libp2p.sim.Statistics;
import libp2p.sim.Trial;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The charts of a run, as PNG and SVG: the lines that the scenario drew, and the distribution of each sample. */
final class SimCharts {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 540;
    private static final int POINTS = 200;

    private final SimRun run;
    private final Path folder;
    private final String of;
    private final String parameters;
    private final String words;

    SimCharts(SimRun run, Path folder) {
        this.run = run;
        this.folder = folder;
        Map<String, String> head = SimFiles.flat(run.head());
        of = head.get("nodes") + " hosts, seed " + head.get("seed") + ", " + head.get("stack") + ", version " + Main.VERSION;
        words = head.toString().replace("--", "- -");
        parameters = head.get("parameters").replaceAll("[{}\"]", "").replace(":", " ").replace(",", ", ");
    }

    void draw() throws IOException {
        Map<String, List<Trial.Line>> charts = new LinkedHashMap<>();
        for (Trial.Line l : run.trial().lines()) charts.computeIfAbsent(l.chart(), name -> new ArrayList<>()).add(l);
        for (Map.Entry<String, List<Trial.Line>> c : charts.entrySet()) {
            XYChart chart = chart(c.getKey(), "seconds", c.getValue().get(0).unit());
            for (Trial.Line l : c.getValue()) chart.addSeries(l.name(), l.x(), l.y()).setMarker(SeriesMarkers.NONE);
            save(chart, c.getKey());
        }
        for (Trial.Sample s : run.trial().samples()) {
            if (s.values().length == 0) continue;
            Statistics all = Statistics.of(s.values());
            double[] x = new double[POINTS];
            double[] y = new double[POINTS];
            for (int i = 0; i < POINTS; i++) {
                y[i] = 100.0 * (i + 1) / POINTS;
                x[i] = all.percentile(y[i]);
            }
            XYChart chart = chart(s.name() + ", distribution of " + all.count(), s.unit(), "% of all, at most");
            chart.addSeries(s.name(), x, y).setMarker(SeriesMarkers.NONE);
            chart.getStyler().setYAxisMax(100.0);
            chart.getStyler().setLegendVisible(false);
            save(chart, s.name());
        }
    }

    private XYChart chart(String title, String x, String y) {
        XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT)
                .title(run.setting().scenario().name() + ": " + title + " (" + of + ")")
                .xAxisTitle(parameters.isEmpty() ? x : x + "   (" + parameters + ")").yAxisTitle(y).build();
        XYStyler s = chart.getStyler();
        s.setChartBackgroundColor(Color.WHITE);
        s.setLegendPosition(Styler.LegendPosition.OutsideS);
        s.setLegendLayout(Styler.LegendLayout.Horizontal);
        s.setChartTitleFont(s.getChartTitleFont().deriveFont(13f));
        s.setAxisTitleFont(s.getAxisTitleFont().deriveFont(11f));
        s.setYAxisMin(0.0);
        s.setYAxisDecimalPattern("#,##0.##");
        s.setXAxisDecimalPattern("#,##0.##");
        return chart;
    }

    private void save(XYChart chart, String name) throws IOException {
        String file = name.replaceAll("[^A-Za-z0-9]+", "-");
        try (OutputStream out = Files.newOutputStream(folder.resolve(file + ".png"))) {
            BitmapEncoder.saveBitmap(chart, out, BitmapEncoder.BitmapFormat.PNG);
        }
        ByteArrayOutputStream svg = new ByteArrayOutputStream();
        VectorGraphicsEncoder.saveVectorGraphic(chart, svg, VectorGraphicsEncoder.VectorGraphicsFormat.SVG);
        // Letters are drawn as curves there: what the picture is of must also stand in words.
        String text = svg.toString(UTF_8).replaceFirst("<svg ", Matcher.quoteReplacement("<!-- " + words + " -->\n<svg "));
        Files.writeString(folder.resolve(file + ".svg"), text, UTF_8);
    }
}
