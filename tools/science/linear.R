# References for science::linear: analyses of variance of three types, marginal means, contrasts and influence.
# Run from the root: Rscript tools/science/linear.R > crates/science/tests/references/linear.json

suppressPackageStartupMessages({
  library(car)
  library(emmeans)
  library(effectsize)
  library(jsonlite)
})
options(contrasts = c("contr.sum", "contr.poly"), warn = -1)
emm_options(msg.interaction = FALSE, msg.nesting = FALSE)
set.seed(20240607)

anova_rows <- function(table) {
  table <- table[!rownames(table) %in% c("(Intercept)", "Residuals"), ]
  ss <- table[["Sum Sq"]]
  f <- if ("F value" %in% names(table)) table[["F value"]] else table[["F values"]]
  p <- table[["Pr(>F)"]]
  lapply(seq_along(ss), function(i) {
    list(name = trimws(rownames(table)[i]), df = table[["Df"]][i], ss = ss[i], f = f[i], p = p[i])
  })
}

means_of <- function(fit, term) {
  grid <- emmeans(fit, strsplit(term, ":")[[1]])
  rows <- as.data.frame(summary(grid, infer = TRUE))
  levels <- rows[strsplit(term, ":")[[1]]]
  list(
    term = term,
    means = lapply(seq_len(nrow(rows)), function(i) {
      list(levels = I(as.character(unlist(lapply(levels[i, , drop = FALSE], as.character)))), mean = rows$emmean[i],
           se = rows$SE[i], low = rows$lower.CL[i], high = rows$upper.CL[i])
    }),
    none = contrasts_of(grid, "pairwise", "none"),
    holm = contrasts_of(grid, "pairwise", "holm"),
    tukey = tukey_of(grid),
    control = contrasts_of(grid, "trt.vs.ctrl", "none"),
    dunnett = dunnett_of(grid)
  )
}

# The intervals of emmeans use qtukey, which stops at four digits.
tukey_of <- function(grid) {
  own <- contrasts_of(grid, "pairwise", "tukey")
  rows <- as.data.frame(summary(contrast(grid, "pairwise"), infer = TRUE))
  df <- rows$df[!is.na(rows$df)][1]
  excess <- function(q) ptukey(q, nrow(as.data.frame(grid)), df, lower.tail = FALSE) - 0.05
  reach <- uniroot(excess, c(0.1, 200), tol = 1e-12)$root / sqrt(2)
  own$low <- I(rows$estimate - reach * rows$SE)
  own$high <- I(rows$estimate + reach * rows$SE)
  own
}

# Joint p values of comparisons with the first mean; by randomised integration, to about 1e-7.
dunnett_of <- function(grid) {
  comparisons <- contrast(grid, "trt.vs.ctrl")
  rows <- as.data.frame(summary(comparisons, infer = TRUE))
  if (anyNA(column_or_na(rows, "t.ratio")) || nrow(rows) > 4) return(NULL)
  correlations <- cov2cor(vcov(comparisons))
  I(sapply(abs(rows$t.ratio), function(t) {
    k <- nrow(rows)
    if (k == 1) return(2 * pt(-t, rows$df[1]))
    1 - as.numeric(mvtnorm::pmvt(rep(-t, k), rep(t, k), df = rows$df[1], corr = correlations,
                                 algorithm = mvtnorm::GenzBretz(maxpts = 1e6, abseps = 1e-7, releps = 0)))
  }))
}

# Where nothing can be estimated, emmeans names its columns differently.
column_or_na <- function(rows, name) I(if (is.null(rows[[name]])) rep(NA_real_, nrow(rows)) else rows[[name]])

contrasts_of <- function(grid, method, adjust) {
  rows <- as.data.frame(summary(contrast(grid, method), adjust = adjust, infer = TRUE))
  own <- list(name = I(as.character(rows$contrast)), p = column_or_na(rows, "p.value"),
              low = column_or_na(rows, "lower.CL"), high = column_or_na(rows, "upper.CL"))
  if (adjust != "none") return(own)
  c(own, list(estimate = column_or_na(rows, "estimate"), se = column_or_na(rows, "SE"), t = column_or_na(rows, "t.ratio")))
}

# As effectsize:::.get_ncp_F, which searches by simplex, but to tight tolerance.
noncentrality <- function(f, df, residual_df, p) {
  if (pf(f, df, residual_df) <= p) return(0)
  excess <- function(ncp) pf(f, df, residual_df, ncp = ncp) - p
  uniroot(excess, c(0, 10 * f * df + 100), tol = 1e-11)$root
}

partial_eta_end <- function(table, p) {
  rows <- table[!rownames(table) %in% c("Residuals"), ]
  residual_df <- table["Residuals", "Df"]
  ncp <- mapply(noncentrality, rows[["F value"]], rows[["Df"]], residual_df, p)
  ncp / (ncp + residual_df)
}

effects_of <- function(fit) {
  table <- Anova(fit, type = 2)
  eta <- eta_squared(table, partial = TRUE, ci = NULL, verbose = FALSE)
  omega <- omega_squared(table, partial = TRUE, ci = NULL, verbose = FALSE)
  column <- function(e, name) if (name %in% names(e)) e[[name]] else e[[sub("_partial", "", name)]]
  list(name = I(eta$Parameter), partial_eta = I(column(eta, "Eta2_partial")),
       partial_omega = I(column(omega, "Omega2_partial")), low = I(partial_eta_end(table, 0.95)),
       high = I(partial_eta_end(table, 0.05)))
}

# `blocks` are those columns that are blocks; type III is left out where car refuses it.
case <- function(name, data, formula, means = character(), blocks = character()) {
  fit <- lm(as.formula(paste("y ~", paste(c(blocks, formula), collapse = " + "))), data)
  aliased <- any(is.na(coef(fit)))
  saturated <- df.residual(fit) == 0
  attempt <- function(type) {
    if (saturated) return(NULL)
    anova_rows(Anova(fit, type = type, singular.ok = TRUE))
  }
  columns <- lapply(names(data)[names(data) != "y"], function(column) {
    kind <- if (column %in% blocks) "block" else if (is.factor(data[[column]])) "categorical" else "continuous"
    values <- if (is.factor(data[[column]])) as.character(data[[column]]) else data[[column]]
    list(name = column, kind = unbox(kind), values = values)
  })
  list(
    name = name, formula = formula, y = data$y, columns = columns, aliased = aliased,
    residual_df = df.residual(fit), residual_ss = sum(residuals(fit)^2),
    r_squared = summary(fit)$r.squared,
    types = list(I = if (saturated) NULL else anova_rows(anova(fit)), II = attempt(2), III = attempt(3)),
    means = lapply(means, function(term) means_of(fit, term)),
    effects = if (saturated || aliased) NULL else effects_of(fit),
    influence = if (length(data$y) > 60) NULL else list(
      fitted = fitted(fit), residuals = residuals(fit), leverage = hatvalues(fit),
      standardized = if (saturated) NULL else rstandard(fit), studentized = if (saturated) NULL else rstudent(fit),
      cook = if (saturated) NULL else cooks.distance(fit))
  )
}

unbox <- jsonlite::unbox
draw <- function(mean, sd = 1) round(mean + rnorm(length(mean), sd = sd), 4)
grid <- function(...) expand.grid(..., stringsAsFactors = TRUE)
effect <- function(factor, size = 1) as.integer(factor) * size
drop_rows <- function(data, share) data[runif(nrow(data)) > share, , drop = FALSE]
tidy <- function(data) { rownames(data) <- NULL; droplevels(data) }

cases <- list()
add <- function(...) cases[[length(cases) + 1]] <<- case(...)

d <- grid(r = 1:8, a = c("u", "v", "w", "x")); d$y <- draw(effect(d$a)); d$r <- NULL
add("one-way balanced", d, "a", "a")
d <- tidy(drop_rows(grid(r = 1:12, a = c("u", "v", "w", "x", "z")), 0.4)); d$y <- draw(effect(d$a, 0.5), 2); d$r <- NULL
add("one-way unbalanced", d, "a", "a")
d <- grid(r = 1:4, a = c("u", "v", "w"), b = c("p", "q")); d$y <- draw(effect(d$a) * effect(d$b)); d$r <- NULL
add("two-way balanced", d, "a*b", c("a", "b", "a:b"))
d <- tidy(drop_rows(grid(r = 1:5, a = c("u", "v", "w"), b = c("p", "q", "r")), 0.3))
d$y <- draw(effect(d$a) + effect(d$b, -1)); d$r <- NULL
add("two-way unbalanced", d, "a*b", c("a", "b", "a:b"))
add("two-way unbalanced, additive", d, "a + b", c("a", "b"))
d <- tidy(drop_rows(grid(r = 1:4, a = c("u", "v", "w"), b = c("p", "q"), c = c("i", "j", "k")), 0.3))
d$y <- draw(effect(d$a) + effect(d$b) * effect(d$c)); d$r <- NULL
add("three-way unbalanced", d, "a*b*c", c("a", "b:c", "a:c"))
add("three-way unbalanced, two-factor interactions", d, "a + b + c + a:b + a:c + b:c", c("a", "b:c"))
d <- grid(r = 1:2, a = c("u", "v"), b = c("p", "q"), c = c("i", "j"), d = c("m", "n"))
d$y <- draw(effect(d$a) + effect(d$b) * effect(d$d)); d$r <- NULL
add("four-way balanced", d, "a*b*c*d", c("a", "b:d"))
d <- tidy(subset(grid(r = 1:4, a = c("u", "v", "w"), b = c("p", "q", "r")), !(a == "w" & b == "r")))
d$y <- draw(effect(d$a) + effect(d$b)); d$r <- NULL
add("missing cell", d, "a*b", c("a", "a:b"))
d <- tidy(drop_rows(subset(grid(r = 1:3, a = c("u", "v", "w"), b = c("p", "q", "r"), c = c("i", "j")),
                           !(a == "u" & b == "q")), 0.2))
d$y <- draw(effect(d$a) + effect(d$b) + effect(d$c)); d$r <- NULL
add("missing cell beside a whole factor", d, "a*b + c", c("c", "a"))
d <- tidy(drop_rows(grid(r = 1:10, a = c("u", "v", "w")), 0.2)); d$x <- round(runif(nrow(d), 10, 20), 3)
d$y <- draw(effect(d$a) + 0.5 * d$x); d$r <- NULL
add("covariate", d, "a + x", "a")
add("covariate with slopes of its own", d, "a*x", "a")
d$z <- round(rnorm(nrow(d), 5, 3), 2)
add("two covariates that interact", d, "a + x*z", "a")
add("factor and two covariates, all interactions", d, "a*x*z", "a")
add("regression", d[c("x", "z", "y")], "x + z")
d <- grid(seed = sprintf("s%02d", 1:12), a = c("u", "v"), b = c("p", "q"))
d$y <- draw(effect(d$a) + effect(d$b) + effect(d$seed, 0.7))
add("complete blocks", d, "a*b", c("a", "a:b"), "seed")
d <- tidy(drop_rows(grid(seed = sprintf("s%02d", 1:14), a = c("u", "v", "w", "x")), 0.35))
d$y <- draw(effect(d$a) + effect(d$seed, 0.3))
add("incomplete blocks", d, "a", "a", "seed")
d$x <- round(rnorm(nrow(d), 5), 3)
add("incomplete blocks and a covariate", d, "a*x", "a", "seed")
d <- grid(row = paste0("r", 1:5), column = paste0("c", 1:5))
d$a <- factor(letters[(effect(d$row) + effect(d$column)) %% 5 + 1])
d$y <- draw(effect(d$a) + effect(d$row) + effect(d$column, 2))
add("latin square", d, "a", "a", c("row", "column"))
d <- grid(a = c("u", "v"), b = c("p", "q"), c = c("i", "j")); d$y <- draw(effect(d$a) + effect(d$b))
add("one row per cell, saturated", d, "a*b*c")
add("one row per cell, additive", d, "a + b + c", c("a", "b"))
d <- grid(r = 1:3, a = c("u", "v", "w"), b = c("p", "q")); d$c <- d$a; levels(d$c) <- c("i", "j", "j")
d$y <- draw(effect(d$a)); d$r <- NULL
add("confounded factors", d, "a + b + c")
d <- data.frame(a = factor(rep(c("u", "v"), c(40, 3)))); d$y <- draw(effect(d$a), 0.5)
add("very unequal sizes", d, "a", "a")
d <- grid(r = 1:2, a = letters[1:9], b = c("p", "q", "r")); d$y <- draw(effect(d$a, 0.2)); d$r <- NULL
add("many levels", d, "a*b", "a")

cat(toJSON(cases, digits = I(17), auto_unbox = TRUE, null = "null", na = "null"))
