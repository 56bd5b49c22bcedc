# References for comparisons, effect sizes, rank methods and checks of assumptions, from base R, car and MASS. Intervals of effects and exact
# distributions with ties come from resampling.py.
# Run from the root: Rscript tools/science/samples.R > crates/science/tests/references/samples.json

suppressPackageStartupMessages({library(jsonlite); library(car); library(MASS)})
set.seed(20)

noise <- function(n, mean, sd) signif(rnorm(n, mean, sd), 8)

# Lists of groups: unbalanced with ties, tiny, tiny variance on a large mean, unequal variances, huge, far apart, skewed, many.
data <- list(
  kills = list(c(13, 9, 17, 8, 21, 12, 15, 9, 11, 14), c(10, 9, 12, 9, 15, 7, 16, 8), c(22, 19, 25, 19, 30, 18, 17)),
  tiny = list(c(1.5, 2.25), c(3, 7, 5)),
  offset = list(1e6 + c(0.1, 0.2, 0.4, 0.3), 1e6 + c(0.15, 0.25, 0.5), 1e6 + c(0.6, 0.5, 0.9, 0.8, 0.55)),
  unequal = list(noise(12, 5, 0.1), noise(6, 6, 4), noise(25, 5.5, 1)),
  huge = list(noise(7, 2, 1) * 1e60, noise(9, 3, 1) * 1e60, noise(8, 2.5, 2) * 1e60),
  far = list(noise(30, 0, 1), noise(30, 9, 1), noise(30, 20, 1.5)),
  skewed = list(signif(rlnorm(15, 0, 1), 8), signif(rlnorm(18, 0.5, 1), 8), signif(rlnorm(11, 1, 1.2), 8), signif(rlnorm(14), 8)),
  many = lapply(1:9, function(i) noise(10 + i, i / 4, 1 + i / 9)),
  long = list(noise(80, 0, 1), round(noise(90, 0.3, 1), 1))
)
flat <- function(groups) data.frame(y = unlist(groups), g = factor(rep(seq_along(groups), lengths(groups))))

t_result <- function(test) list(
  difference = unname(if (length(test$estimate) == 2) test$estimate[1] - test$estimate[2] else test$estimate),
  standard_error = test$stderr, t = unname(test$statistic), freedom = unname(test$parameter), p = test$p.value,
  low = test$conf.int[1], high = test$conf.int[2])

effect <- function(difference, sd, correction_df) {
  d <- unname(difference) / sd
  j <- function() gamma(correction_df / 2) / gamma((correction_df - 1) / 2) / sqrt(correction_df / 2)
  list(d = d, g = if (correction_df > 1) d * j() else NULL, sd = sd)
}

two_samples <- lapply(names(data), function(name) {
  x <- data[[name]][[1]]; y <- data[[name]][[2]]
  n <- length(x); m <- length(y)
  student <- t.test(x, y, var.equal = TRUE); welch <- t.test(x, y, conf.level = 0.9)
  pooled <- sqrt(((n - 1) * var(x) + (m - 1) * var(y)) / (n + m - 2))
  a <- var(x) / (var(x) + var(y))
  bounds <- signif(c(mean(x) - mean(y) - 2 * sd(y), mean(x) - mean(y) + sd(x)), 6)
  lower <- t.test(x, y, mu = bounds[1], alternative = "greater")
  upper <- t.test(x, y, mu = bounds[2], alternative = "less")
  interval <- t.test(x, y, conf.level = 0.9)$conf.int
  normal <- suppressWarnings(wilcox.test(x, y, exact = FALSE, correct = TRUE))
  exact <- if (!anyDuplicated(c(x, y))) wilcox.test(x, y, exact = TRUE)$p.value else NULL
  list(name = name, left = x, right = y, student = t_result(student), welch = t_result(welch),
       d_pooled = effect(mean(x) - mean(y), pooled, n + m - 2),
       d_welch = effect(mean(x) - mean(y), sqrt((var(x) + var(y)) / 2), 1 / (a^2 / (n - 1) + (1 - a)^2 / (m - 1))),
       equivalence = list(bounds = bounds, above = lower$p.value, below = upper$p.value, interval = interval),
       mann_whitney = list(u = unname(normal$statistic), normal = normal$p.value, exact = exact))
})

pairs <- c(lapply(names(data), function(name) {
  n <- min(lengths(data[[name]][1:2]))
  list(name = name, left = data[[name]][[1]][1:n], right = data[[name]][[2]][1:n])
}), list(list(name = "large", left = noise(70, 1, 2), right = round(noise(70, 0.6, 2), 1))))
paired <- lapply(pairs, function(pair) {
  x <- pair$left; y <- pair$right; n <- length(x); d <- x - y
  test <- t.test(x, y, paired = TRUE)
  bounds <- signif(c(mean(d) - 2 * sd(d), mean(d) + sd(d)), 6)
  lower <- t.test(d, mu = bounds[1], alternative = "greater")
  upper <- t.test(d, mu = bounds[2], alternative = "less")
  # Eight digits: ties that rounding hides are ties.
  normal <- suppressWarnings(wilcox.test(x, y, paired = TRUE, exact = FALSE, correct = TRUE, digits.rank = 8))
  exact <- if (!anyDuplicated(signif(abs(d), 8)) && all(d != 0)) wilcox.test(x, y, paired = TRUE, exact = TRUE)$p.value else NULL
  c(pair, list(test = t_result(test),
    d_z = effect(mean(d), sd(d), n - 1),
    d_av = effect(mean(d), sqrt((var(x) + var(y)) / 2), n - 1),
    equivalence = list(bounds = bounds, above = lower$p.value, below = upper$p.value),
    signed_rank = list(positive = unname(normal$statistic), normal = normal$p.value, exact = exact)))
})

f_result <- function(f, df1, df2, p) list(f = f, numerator = df1, denominator = df2, p = p)
levene <- function(d, center) {
  table <- leveneTest(y ~ g, data = d, center = center)
  f_result(table$`F value`[1], table$Df[1], table$Df[2], table$`Pr(>F)`[1])
}
games_howell <- function(groups) {
  k <- length(groups)
  unlist(lapply(1:(k - 1), function(i) lapply((i + 1):k, function(j) {
    test <- t.test(groups[[i]], groups[[j]])
    reach <- qtukey(0.95, k, test$parameter) / sqrt(2) * test$stderr
    difference <- mean(groups[[i]]) - mean(groups[[j]])
    list(left = i - 1, right = j - 1, difference = difference, standard_error = test$stderr,
         freedom = unname(test$parameter),
         p = unname(ptukey(abs(test$statistic) * sqrt(2), k, test$parameter, lower.tail = FALSE)),
         low = unname(difference - reach), high = unname(difference + reach))
  })), recursive = FALSE)
}
# Dunn's z from its formula: no package of base R has it.
dunn <- function(groups) {
  d <- flat(groups); r <- rank(d$y); n <- length(r); ties <- table(d$y)
  variance <- n * (n + 1) / 12 - sum(ties^3 - ties) / (12 * (n - 1))
  means <- tapply(r, d$g, mean); sizes <- lengths(groups); k <- length(groups)
  z <- unlist(lapply(1:(k - 1), function(i) sapply((i + 1):k, function(j)
    (means[i] - means[j]) / sqrt(variance * (1 / sizes[i] + 1 / sizes[j])))))
  p <- 2 * pnorm(-abs(z))
  list(z = unname(z), p = unname(p), adjusted = unname(p.adjust(p, "holm")))
}
several <- lapply(setdiff(names(data), "tiny"), function(name) {
  groups <- data[[name]]; d <- flat(groups)
  welch <- oneway.test(y ~ g, data = d)
  kruskal <- kruskal.test(y ~ g, data = d)
  list(name = name, groups = groups,
       welch_anova = f_result(unname(welch$statistic), unname(welch$parameter[1]), unname(welch$parameter[2]), welch$p.value),
       games_howell = games_howell(groups), levene = levene(d, mean), brown_forsythe = levene(d, median),
       kruskal_wallis = list(statistic = unname(kruskal$statistic), freedom = unname(kruskal$parameter), p = kruskal$p.value),
       dunn = dunn(groups))
})

blocks <- list(
  ties = rbind(c(3, 1, 2), c(4, 4, 1), c(2, 2, 2), c(9, 5, 5), c(1, 2, 3)),
  two = rbind(c(1, 2), c(3, 5)),
  wide = matrix(noise(12 * 6, 0, 1), 12) + rep(1:6 / 3, each = 12),
  seeds = matrix(round(noise(40 * 4, 10, 3)), 40))
friedman <- lapply(names(blocks), function(name) {
  test <- friedman.test(blocks[[name]])
  list(name = name, blocks = blocks[[name]], statistic = unname(test$statistic), freedom = unname(test$parameter), p = test$p.value)
})

shapiro <- lapply(list(
  three = c(1, 2, 4), four = c(0.1, 0.2, 0.4, 9), five = c(5, 1, 4, 2, 3.5), six = c(-1, 3, 2, 8, 4, 4),
  eleven = noise(11, 0, 1), twelve = noise(12, 50, 3), kills = unlist(data$kills), lognormal = data$skewed[[2]],
  offset = unlist(data$offset), huge = unlist(data$huge), uniform = signif(runif(300), 6), thousand = signif(rt(1000, 20), 6)
), function(x) {
  test <- shapiro.test(x)
  list(values = x, w = unname(test$statistic), p = test$p.value)
})

likelihood <- function(d, lambda) {
  model <- if (nlevels(d$g) > 1) lm(y ~ g, data = d, y = TRUE, qr = TRUE) else lm(y ~ 1, data = d, y = TRUE, qr = TRUE)
  boxcox(model, lambda = c(lambda, lambda + 1), plotit = FALSE, interp = FALSE)$y[1]
}
box_cox <- lapply(list(
  lognormal = data$skewed, one = list(signif(rlnorm(30, 2, 0.4), 8)), square = list(noise(20, 9, 1)^0.5, noise(20, 11, 1)^0.5),
  root = list(noise(25, 6, 1)^2, noise(25, 9, 1)^2), inverse = list(1 / noise(30, 5, 0.8), 1 / noise(30, 8, 0.8)), kills = data$kills
), function(groups) {
  groups <- lapply(groups, signif, 8); d <- flat(groups)
  of <- function(lambda) likelihood(d, lambda)
  best <- optimize(of, c(-4, 4), maximum = TRUE, tol = 1e-11)
  limit <- function(lambda) of(lambda) - best$objective + qchisq(0.95, 1) / 2
  root <- function(from, to) tryCatch(uniroot(limit, c(from, to), tol = 1e-12)$root, error = function(e) NULL)
  list(groups = groups, lambda = best$maximum, low = root(-5, best$maximum), high = root(best$maximum, 5),
       likelihood = sapply(c(-1, 0, 0.5, 2), of) - of(1))
})

families <- list(one = 0.03, some = c(0.01, 0.04, 0.03, 0.5), ties = c(0.02, 0.02, 0.02, 1, 0),
                 many = signif(c(runif(20), runif(8)^6), 6), tiny = c(1e-300, 1e-20, 0.9, 0.049, 0.05))
adjusted <- lapply(families, function(p) list(p = p, bonferroni = p.adjust(p, "bonferroni"), holm = p.adjust(p, "holm"),
  hochberg = p.adjust(p, "hochberg"), benjamini_hochberg = p.adjust(p, "BH")))

cat(toJSON(list(two_samples = two_samples, paired = paired, several = several, friedman = friedman, shapiro = shapiro,
  box_cox = box_cox, adjusted = adjusted), auto_unbox = TRUE, digits = NA, null = "null"), "\n")
